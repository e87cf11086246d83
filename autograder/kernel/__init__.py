"""Where a student's code runs when it is graded: a kernel in a sandbox, started warm.

limits       what the code may use
bubblewrap   the outer sandbox: one for each grading, read-only, without network
template     runs inside it: has imported what a kernel needs, and forks one on request
confine      what each fork does to itself first: namespaces, a private disk, limits, no privileges
linux        the system calls for that
seccomp      system calls that a student's code may not make
serve        the kernel itself
packages     the packages that it finds: without the answers
sandbox      the grader's end: starts the template, asks for kernels, ends them; the workers, its forks, share it
processes    what a kernel's processes take, and when they run
provisioner  the same as a jupyter_client kernel provisioner
manager      starts and ends a kernel with it, or without the sandbox
session      a conversation with a kernel that nobody trusts: cells in, outputs out, within limits
outputs      the outputs of a cell, put together from its messages
"""
