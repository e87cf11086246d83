"""What can go wrong outside of an answer."""


class CourseError(Exception):
    """Something that the person at the keyboard can put right; the message says how."""
