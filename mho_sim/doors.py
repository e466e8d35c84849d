"""Opens a door only when somebody knocks: names of a package that are imported where they are first asked for."""

from importlib import import_module


def lazily(package, rooms):
    """The `__getattr__` of a package, for names of its modules: `rooms` says in which module each is."""

    def open_one(name):
        if name in rooms:
            return getattr(import_module(f"{package}.{rooms[name]}"), name)
        raise AttributeError(f"{package} has no {name!r}; it has {', '.join(rooms)}")

    return open_one
