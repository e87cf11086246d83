"""Where a student's code runs when it is graded: a kernel in a sandbox, started warm.

limits       what the code may use
bubblewrap   the outer sandbox: one for each grading process, read-only, without network
template     runs inside it: has imported what a kernel needs, and forks one on request
confine      what each fork does to itself first: namespaces, a private disk, limits, no privileges
seccomp      system calls that it may not make
packages     the packages that it finds: without the answers
sandbox      the grading process's end: starts the template, asks for kernels, ends them
provisioner  the same as a jupyter_client kernel provisioner
"""
