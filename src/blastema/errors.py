"""The one exception for mistakes that the user can mend."""


class BlastemaError(ValueError):
    """A request that cannot be met: says what came, what is allowed, and what to do.

    The command line prints it as one line and exits with code 2; a program may catch it.
    """
