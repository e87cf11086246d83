"""A class is graded in three steps: read and sanitize, execute, record.

submission   what a student handed in, read by value
lesson       what its cells are and are worth, by value
execute      both in, an autograded notebook out: a pure function, for any process on any machine
batch        many of these at once, here or on a cluster
record       outcomes into the gradebook, autograded notebooks and feedback pages: one writer
around       nbgrader's hooks and permissions
fingerprint  what a grade depends on
known        what need not be graded again
lock         one grader a lesson
"""
