"""A study's file: one SQLite database that holds what was asked, what is done, and what was found.

One transaction for each chunk that is finished, one writer. Every row that an answer rests on carries a checksum over
its place and content: a row that is damaged is told, left out and lived again, never used.
"""

import errno
import hashlib
import json
import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mho_sim.sweeps import chunks
from mho_sim.sweeps.plan import canonical

FORMAT = 2
BEGINS = b"SQLite format 3\0"
ALIKE = 12  # of these bytes, in a file that was a database before it was damaged
OURS = 0x6D686F73  # marks a database as a study's file: "mhos"
TABLES = {
    "study": "key TEXT PRIMARY KEY, value TEXT NOT NULL",
    "points": "point INTEGER PRIMARY KEY, name TEXT NOT NULL, choice TEXT NOT NULL, resolved TEXT NOT NULL, "
    "key TEXT NOT NULL, worlds INTEGER NOT NULL, digest TEXT, program TEXT, found TEXT, of INTEGER, "
    "checksum TEXT NOT NULL",
    "chunks": "point INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, program TEXT NOT NULL, "
    "checksum TEXT NOT NULL, outcomes BLOB NOT NULL, PRIMARY KEY (point, first)",
    "failures": "point INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, attempts INTEGER NOT NULL, "
    "error TEXT NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (point, first)",
    "figures": "point INTEGER NOT NULL, figure TEXT NOT NULL, value REAL, low REAL, high REAL, "
    "PRIMARY KEY (point, figure)",
    "yearly": "point INTEGER NOT NULL, year INTEGER NOT NULL, indicator TEXT NOT NULL, mean REAL, p05 REAL, p50 REAL, "
    "p95 REAL, PRIMARY KEY (point, year, indicator)",
    "monthly": "point INTEGER NOT NULL, closing TEXT NOT NULL, name TEXT NOT NULL, value REAL, "
    "PRIMARY KEY (point, name, closing)",
}
FOUND = ("figures", "yearly", "monthly")  # what was found at a point
ENTRIES = ("format", "plan", "program", "programs", "scenario", "currency", "folder")  # of the table `study`
BUSY = 30  # seconds to wait for whoever reads
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)  # the latter where its own words are damaged
CLOSED = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)


class Damaged(ValueError):
    """A file that cannot be read as a study."""


class Foreign(ValueError):
    """A file that is no study, or one of another program: it is left as it is."""


class Stored(NamedTuple):
    """A point of the file: how many worlds it gets, and what its figures are of."""

    point: int
    name: str
    choice: dict  # path -> what is written there
    resolved: dict  # the same as the scenario has it: shares and amounts as numbers
    key: str
    worlds: int
    digest: str | None = None  # of its worlds, as `run` prints it
    program: str | None = None  # which found its figures
    found: str | None = None  # checksum of its figures
    of: int | None = None  # how many worlds these are of: fewer than it gets, while more are being lived

    @property
    def done(self):
        """Whether its figures are there, of all its worlds, and these known to be enough."""
        return self.found is not None and self.of == self.worlds and self.digest is not None

    @property
    def empty(self):
        """The point without what was found there."""
        return self._replace(digest=None, program=None, found=None, of=None)


class Store:
    """A study's file that is open. `damage` names what was found damaged in it, and left out.

    Raises `Damaged` for a file that cannot be read as a whole, `Foreign` for one that is no study.
    """

    def __init__(self, path, writing=False):
        self.path, self.damage = Path(path), []
        if not writing and not self.path.is_file():
            raise Foreign(f"There is no file {path}.")
        address = f"{self.path.resolve().as_uri()}?mode={'rwc' if writing else 'rw'}"
        try:
            self.base = sqlite3.connect(address, uri=True, timeout=BUSY, isolation_level=None)
            self.base.text_factory = lambda data: data.decode(errors="replace")  # damaged text fails its checksum
            if writing:
                self.base.execute("PRAGMA synchronous = FULL")
                self._begin()
            self._refuse_others()
        except UNREADABLE as error:
            self.close()
            if writing and is_closed(error):
                raise
            raise self._unreadable(error) from None
        except ValueError:
            self.close()
            raise

    def _begin(self):
        """Make the tables, where there are none."""
        if not self._there():
            with self.transaction():
                self.base.execute(f"PRAGMA application_id = {OURS}")
                for sentence in _tables().values():
                    self.base.execute(sentence)

    def _there(self):
        return dict(self.base.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))

    def _refuse_others(self):
        there = self._there()
        marked = self.base.execute("PRAGMA application_id").fetchone() == (OURS,)
        if there and not marked and not set(there) & set(TABLES):
            raise Foreign(f"{self.path} is no study's file. Give another.")
        number = self.get("format") if "study" in there else None
        if number is not None and number != FORMAT:
            raise Foreign(f"{self.path} has format {number}, and this program reads format {FORMAT}.")
        if there != _tables():
            raise sqlite3.DatabaseError("its tables are not there")

    def _unreadable(self, error):
        """What to raise where the file cannot be read."""
        if code_of(error) in (sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
            return Foreign(f"{self.path} cannot be opened ({error}).")
        if code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Foreign(f"Another program holds {self.path}. Close it there, and try again.")
        if self.path.is_file() and not was_a_database(self.path):
            return Foreign(f"{self.path} is no study's file. Give another.")
        why = "it is malformed" if isinstance(error, UnicodeDecodeError) else error
        return Damaged(
            f"{self.path} cannot be read as a study's file ({why}). Give the command of its sweep again: what can be "
            "read of it is kept, and the rest is lived anew."
        )

    def _each(self, query, *values):
        """The rows of a query. Raises `Damaged` where they cannot be read."""
        try:
            yield from self.base.execute(query, values)
        except UNREADABLE as error:
            raise self._unreadable(error) from None

    def _all(self, query, *values):
        return list(self._each(query, *values))

    def close(self):
        if hasattr(self, "base"):
            self.base.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @contextmanager
    def transaction(self):
        """All of it, or nothing."""
        self.base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.base.execute("COMMIT")
        except BaseException:
            if self.base.in_transaction:
                self.base.execute("ROLLBACK")
            raise

    @contextmanager
    def one_moment(self):
        """What is read is as it was at one moment, whatever another program writes; that has to wait, so be short."""
        self.base.execute("BEGIN")
        try:
            yield
        finally:
            if self.base.in_transaction:
                self.base.execute("ROLLBACK")

    def is_whole(self):
        """Whether all tables can be read, and are written in."""
        try:
            if self.base.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                return False
            self.base.execute("BEGIN IMMEDIATE")
            self.base.execute("ROLLBACK")
        except UNREADABLE as error:
            if is_closed(error) and not _may_write(self.path):
                raise
            return False
        return True

    # What was asked

    def get(self, key):
        """A value that describes the study; None if it is not there, or damaged."""
        found = self._all("SELECT value FROM study WHERE key = ?", key)
        try:
            value, checksum = json.loads(found[0][0]) if found else (None, None)
        except (ValueError, TypeError, RecursionError):
            value, checksum = None, None
        if found and (value is None or checksum != _sum(key, canonical(value))):
            self.tell(f"the entry '{key}'")
            return None
        return value

    def put(self, key, value):
        text = json.dumps([value, _sum(key, canonical(value))], ensure_ascii=False)
        self.base.execute("INSERT OR REPLACE INTO study VALUES (?, ?)", (key, text))

    def points(self):
        """The points whose rows are whole, in their order."""
        found = []
        for row in self._each("SELECT * FROM points ORDER BY point"):
            *content, checksum = row
            if checksum != _sum("point", content):
                self.tell(f"point {row[0]}")
                continue
            one = Stored(*content)
            found.append(one._replace(choice=json.loads(one.choice), resolved=json.loads(one.resolved)))
        return found

    def put_point(self, stored):
        content = stored._replace(choice=canonical(stored.choice), resolved=canonical(stored.resolved))
        row = (*content, _sum("point", list(content)))
        self.base.execute(f"INSERT OR REPLACE INTO points VALUES ({', '.join('?' * len(row))})", row)

    def move_points(self, places):
        """Give points other numbers, `{old: new}`; what else there is of points is dropped."""
        for table in ("points", "chunks", "failures", *FOUND):
            moves = [(-1 - new, old) for old, new in places.items()]
            self.base.executemany(f"UPDATE {table} SET point = ? WHERE point = ?", moves)
            self.base.execute(f"DELETE FROM {table} WHERE point >= 0")
            self.base.execute(f"UPDATE {table} SET point = -1 - point")
        self.base.execute("DELETE FROM failures")  # they are tried again

    def empty_point(self, point):
        """Forget all that was found at a point."""
        for table in ("chunks", "failures", *FOUND):
            self.base.execute(f"DELETE FROM {table} WHERE point = ?", (point,))

    # What is done

    def put_chunk(self, stored, first, count, program, data):
        """A chunk that is finished."""
        checksum = chunks.checksum(stored.key, first, count, program, data)
        self.base.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?)",
                          (stored.point, first, count, program, checksum, data))  # fmt: skip
        self.base.execute("DELETE FROM failures WHERE point = ? AND first = ?", (stored.point, first))

    def spans(self, stored):
        """[(first, count), ...] of a point's chunks that are whole, in the order of their worlds."""
        return [(first, count) for first, count, *_ in self.whole_chunks(stored)]

    def chunks(self, stored):
        """A point's chunks, as bytes, in the order of their worlds; None if they are not all there."""
        here, found = 0, []
        for first, count, _, data in self.whole_chunks(stored):
            if here == stored.worlds or first != here:
                break
            here, found = first + count, [*found, data]
        return found if here == stored.worlds else None

    def whole_chunks(self, stored):
        """(first, count, program, bytes) of a point's chunks that are whole, in the order of their worlds."""
        columns, here = "first, count, program, outcomes, checksum", 0
        for *chunk, checksum in self._each(
            f"SELECT {columns} FROM chunks WHERE point = ? ORDER BY first", stored.point
        ):
            first, count, program, data = chunk
            if isinstance(data, bytes) and checksum == chunks.checksum(stored.key, first, count, program, data):
                if first >= here:  # no world twice
                    yield chunk
                    here = first + count
            else:
                self.tell(f"the worlds from {first} on of point {stored.point} ({stored.name})")

    def keep_spans(self, stored, spans):
        """Drop the chunks of a point that are not among these, and what is said of those that were given up."""
        self.base.execute("DELETE FROM failures WHERE point = ?", (stored.point,))
        there = self._all("SELECT first FROM chunks WHERE point = ?", stored.point)
        gone = [(stored.point, first) for (first,) in there if first not in dict(spans)]
        self.base.executemany("DELETE FROM chunks WHERE point = ? AND first = ?", gone)

    def programs_of_chunks(self):
        """The short names of the programs that lived what is there."""
        return {program for (program,) in self._each("SELECT DISTINCT program FROM chunks")}

    def put_failure(self, *failure):
        """A chunk that was given up: its point, first world, how many, attempts, and why."""
        row = (*failure, _sum("failure", list(failure)))
        self.base.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?)", row)

    def failures(self):
        """[(point, first, count, attempts, error)] of chunks that were given up."""
        rows = self._all("SELECT * FROM failures ORDER BY point, first")
        return [tuple(failure) for *failure, checksum in rows if checksum == _sum("failure", failure)]

    # What was found

    def put_found(self, stored, found, program):
        """What a point's worlds say: a `chunks.Sum`."""
        self.base.execute("DELETE FROM failures WHERE point = ?", (stored.point,))
        for table in FOUND:
            rows = [(stored.point, *row) for row in getattr(found, table)]
            self.base.execute(f"DELETE FROM {table} WHERE point = ?", (stored.point,))
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                self.base.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        checksum = self._sum_of_found(stored)
        self.put_point(stored._replace(digest=found.digest, program=program, found=checksum, of=stored.worlds))

    def _sum_of_found(self, stored):
        """The checksum of all that was found at a point, whatever its number."""
        tables = [self._all(f"SELECT * FROM {table} WHERE point = ?", stored.point) for table in FOUND]
        return _sum("found", [stored.key, *([row[1:] for row in rows] for rows in tables)])

    def is_sound(self, stored):
        """Whether a point has figures, and they are as they were written."""
        there = stored.found is not None
        sound = there and stored.found == self._sum_of_found(stored)
        if there and not sound:
            self.tell(f"the figures of point {stored.point} ({stored.name})")
        return sound

    def rows(self, table, points):
        """The rows of `figures`, `yearly` or `monthly` of some points, in their order, without the point's number."""
        for stored in points:
            for row in self._each(f"SELECT * FROM {table} WHERE point = ?", stored.point):
                yield stored, row[1:]

    def tell(self, what):
        """Note what was found damaged."""
        if what not in self.damage:
            self.damage.append(what)


def is_closed(error):
    """Whether a disk that is full, or may not be written on, is behind an error."""
    if isinstance(error, sqlite3.Error):
        return code_of(error) in (
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_PERM,
        )
    return isinstance(error, OSError) and error.errno in CLOSED


def was_a_database(path):
    """Whether a file begins about as a database does: any other is not ours to mend."""
    with open(path, "rb") as file:
        begins = file.read(len(BEGINS))
    alike = sum(one == other for one, other in zip(begins, BEGINS))
    return alike >= min(ALIKE, len(begins))


def _may_write(path):
    return os.access(path, os.W_OK) and os.access(path.resolve().parent, os.W_OK)


def code_of(error):
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _tables():
    """What makes each table."""
    return {name: f"CREATE TABLE {name} ({columns}) WITHOUT ROWID" for name, columns in TABLES.items()}


def _sum(what, content):
    """Of rows as they come back from the file: `repr` writes a number the shortest way that reads as the same."""
    return hashlib.sha256(f"{what} {content!r}".encode()).hexdigest()
