"""The logger's one exception."""


class Prov4MLError(Exception):
    """The logger was used wrongly: no active run, two at once, an argument that cannot be meant.

    What merely goes wrong while a run is recorded (a full disk, an unreadable file) never raises; it is
    warned of once and noted in the journal.
    """
