"""How numbers are said: thousands apart, natural frequencies, one and many."""


def money(amount):
    """An amount with a thousands mark, for the eye: 1 250 000."""
    return f"{round(amount):,}".replace(",", " ")


def of_100(share):
    """A share as natural frequency out of 100: whole, or "fewer than 1", "more than 99"; none counts as 0."""
    if share is None:
        return "0"
    if 0 < share < 0.01:
        return "fewer than 1"
    return "more than 99" if 0.99 < share < 1 else f"{round(100 * share)}"


def plural(number, one, many=None):
    """A number with its noun: 1 day, 1 000 days."""
    return f"{money(number)} {one if number == 1 else many or one + 's'}"
