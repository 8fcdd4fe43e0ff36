"""The command line: every command parses, calls one function of the library, and prints.

Only click is imported here and in the modules of the commands; what a command needs is imported when it runs,
so that help, and `validate`, work with few extras installed.
"""
