"""A study's file: one SQLite database that holds what was asked, what is done, and what was found.

One transaction for each chunk that is finished, one writer. Every row that an answer rests on carries a checksum over
its place and content: a row that is damaged is told, left out and lived again, never used.
"""

import hashlib
import json
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mho_sim.sweep import chunks

FORMAT = 1
TABLES = {
    "study": "key TEXT PRIMARY KEY, value TEXT NOT NULL",
    "points": "point INTEGER PRIMARY KEY, name TEXT NOT NULL, choice TEXT NOT NULL, resolved TEXT NOT NULL, "
    "key TEXT NOT NULL, worlds INTEGER NOT NULL, digest TEXT, program TEXT, found TEXT, checksum TEXT NOT NULL",
    "chunks": "point INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, program TEXT NOT NULL, "
    "checksum TEXT NOT NULL, outcomes BLOB NOT NULL, PRIMARY KEY (point, first)",
    "failures": "point INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, attempts INTEGER NOT NULL, "
    "error TEXT NOT NULL, PRIMARY KEY (point, first)",
    "figures": "point INTEGER NOT NULL, figure TEXT NOT NULL, value REAL, low REAL, high REAL, "
    "PRIMARY KEY (point, figure)",
    "yearly": "point INTEGER NOT NULL, year INTEGER NOT NULL, indicator TEXT NOT NULL, mean REAL, p05 REAL, p50 REAL, "
    "p95 REAL, PRIMARY KEY (point, year, indicator)",
    "monthly": "point INTEGER NOT NULL, closing TEXT NOT NULL, name TEXT NOT NULL, value REAL, "
    "PRIMARY KEY (point, name, closing)",
}
FOUND = ("figures", "yearly", "monthly")  # what was found at a point
BUSY = 30  # seconds to wait for whoever reads


class Damaged(ValueError):
    """A file that cannot be read as a study."""


class Stored(NamedTuple):
    """A point of the file: how many worlds it gets, and whether its figures are there."""

    point: int
    name: str
    choice: dict  # path -> what is written there
    resolved: dict  # the same as the scenario has it: shares and amounts as numbers
    key: str
    worlds: int
    digest: str | None = None  # of its worlds, as `run` prints it
    program: str | None = None  # which found its figures
    found: str | None = None  # checksum of its figures

    @property
    def done(self):
        """Whether its figures are there."""
        return self.found is not None


class Store:
    """A study's file that is open. `damage` are sentences about rows that were found damaged and left out."""

    def __init__(self, path, writing=False):
        self.path, self.damage = Path(path), []
        if not writing and not self.path.is_file():
            raise Damaged(f"There is no file {path}.")
        address = f"{self.path.resolve().as_uri()}?mode={'rwc' if writing else 'rw'}"
        try:
            self.base = sqlite3.connect(address, uri=True, timeout=BUSY, isolation_level=None)
            if writing:
                self.base.execute("PRAGMA synchronous = FULL")
                with self.transaction():
                    for name, columns in TABLES.items():
                        self.base.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns}) WITHOUT ROWID")
            self._refuse_other_formats()
        except sqlite3.DatabaseError as error:
            self.close()
            if is_full(error):
                raise
            raise Damaged(f"{path} cannot be read as a study's file ({error}).") from None

    def _refuse_other_formats(self):
        there = {name for (name,) in self.base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not there >= set(TABLES):
            raise sqlite3.DatabaseError("its tables are not there")
        number = self.get("format")
        if number is not None and number != FORMAT:
            raise sqlite3.DatabaseError(f"its format is {number}, and this program reads format {FORMAT}")

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

    # What was asked

    def get(self, key):
        """A value that describes the study; None if it is not there, or damaged."""
        found = self.base.execute("SELECT value FROM study WHERE key = ?", (key,)).fetchone()
        try:
            value, checksum = json.loads(found[0]) if found else (None, None)
        except (ValueError, TypeError):
            value, checksum = None, None
        if found and (value is None or checksum != _sum(key, value)):
            self._tell(f"the entry '{key}' is damaged")
            return None
        return value

    def put(self, key, value):
        text = json.dumps([value, _sum(key, value)], ensure_ascii=False)
        self.base.execute("INSERT OR REPLACE INTO study VALUES (?, ?)", (key, text))

    def points(self):
        """The points whose rows are whole, in their order."""
        found = []
        for row in self.base.execute("SELECT * FROM points ORDER BY point"):
            *content, checksum = row
            if checksum != _sum("point", content):
                self._tell(f"point {row[0]} is damaged")
                continue
            one = Stored(*content)
            found.append(one._replace(choice=json.loads(one.choice), resolved=json.loads(one.resolved)))
        return found

    def put_point(self, stored):
        content = stored._replace(choice=_text(stored.choice), resolved=_text(stored.resolved))
        row = (*content, _sum("point", content))
        self.base.execute(f"INSERT OR REPLACE INTO points VALUES ({', '.join('?' * len(row))})", row)

    def move_points(self, places):
        """Give points other numbers, `{old: new}`; what else there is of points is dropped."""
        for table in ("points", "chunks", "failures", *FOUND):
            moves = [(-1 - new, old) for old, new in places.items()]
            self.base.executemany(f"UPDATE {table} SET point = ? WHERE point = ?", moves)
            self.base.execute(f"DELETE FROM {table} WHERE point >= 0")
            self.base.execute(f"UPDATE {table} SET point = -1 - point")

    def empty_point(self, point):
        """Forget all that was found at a point."""
        for table in ("chunks", "failures", *FOUND):
            self.base.execute(f"DELETE FROM {table} WHERE point = ?", (point,))

    # What is done

    def put_chunk(self, stored, first, count, program, data):
        """A chunk that is finished."""
        checksum = chunks.checksum(stored.key, first, count, data)
        self.base.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?)",
                          (stored.point, first, count, program, checksum, data))  # fmt: skip
        self.base.execute("DELETE FROM failures WHERE point = ? AND first = ?", (stored.point, first))

    def spans(self, stored):
        """[(first, count), ...] of a point's chunks that are whole, in the order of their worlds."""
        return [(first, count) for first, count, _ in self._chunks(stored)]

    def chunks(self, stored):
        """A point's chunks, as bytes, in the order of their worlds."""
        return [data for _, _, data in self._chunks(stored)]

    def _chunks(self, stored):
        rows = self.base.execute(
            "SELECT first, count, checksum, outcomes FROM chunks WHERE point = ? ORDER BY first", (stored.point,)
        )
        for first, count, checksum, data in rows:
            if isinstance(data, bytes) and checksum == chunks.checksum(stored.key, first, count, data):
                yield first, count, data
            else:
                self._tell(f"the worlds from {first} on of point {stored.point} ({stored.name}) are damaged")

    def whole_chunks(self, stored):
        """[(first, count, program, bytes)] of those chunks of a point that can be read and are whole."""
        rows = self.base.execute("SELECT first, count, program, checksum, outcomes FROM chunks WHERE point = ?",
                                 (stored.point,))  # fmt: skip
        found = []
        try:
            for first, count, program, checksum, data in rows:
                if isinstance(data, bytes) and checksum == chunks.checksum(stored.key, first, count, data):
                    found.append((first, count, program, data))
        except sqlite3.DatabaseError:
            pass  # what comes after cannot be read
        return found

    def is_whole(self):
        """Whether all tables can be read."""
        try:
            return self.base.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        except sqlite3.DatabaseError as error:
            if is_full(error):
                raise
            return False

    def keep_spans(self, stored, spans):
        """Drop the chunks of a point that are not among these."""
        there = self.base.execute("SELECT first FROM chunks WHERE point = ?", (stored.point,)).fetchall()
        gone = [(stored.point, first) for (first,) in there if first not in dict(spans)]
        self.base.executemany("DELETE FROM chunks WHERE point = ? AND first = ?", gone)

    def put_failure(self, point, first, count, attempts, error):
        self.base.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)",
                          (point, first, count, attempts, error))  # fmt: skip

    def failures(self):
        """[(point, first, count, attempts, error)] of chunks that were given up."""
        return self.base.execute("SELECT * FROM failures ORDER BY point, first").fetchall()

    # What was found

    def put_found(self, stored, found, program):
        """What a point's worlds say: a `chunks.Sum`."""
        for table in FOUND:
            rows = [(stored.point, *row) for row in getattr(found, table)]
            self.base.execute(f"DELETE FROM {table} WHERE point = ?", (stored.point,))
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                self.base.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        self.put_point(stored._replace(digest=found.digest, program=program, found=_sum_of(self._rows(stored.point))))

    def _rows(self, point):
        """All that was found at a point, table by table, in a fixed order."""
        return [self.base.execute(f"SELECT * FROM {table} WHERE point = ?", (point,)).fetchall() for table in FOUND]

    def is_sound(self, stored):
        """Whether the figures of a point are as they were written."""
        sound = stored.done and stored.found == _sum_of(self._rows(stored.point))
        if stored.done and not sound:
            self._tell(f"the figures of point {stored.point} ({stored.name}) are damaged")
        return sound

    def rows(self, table, points):
        """The rows of `figures`, `yearly` or `monthly` of some points, in their order, without the point's number."""
        for stored in points:
            for row in self.base.execute(f"SELECT * FROM {table} WHERE point = ?", (stored.point,)):
                yield stored, row[1:]

    def _tell(self, what):
        if what not in self.damage:
            self.damage.append(what)


def is_full(error):
    """Whether a disk that is full, or may not be written on, is behind an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def _text(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _sum(what, content):
    return hashlib.sha256(f"{what} {_text(content)}".encode()).hexdigest()


def _sum_of(rows):
    """Of rows as they come back from the file: `repr` writes a number the shortest way that reads as the same."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()
