"""Just enough of Python's DB-API over the SQLite library named by $OLD_SQLITE."""

import ctypes
import os

_library = ctypes.CDLL(os.environ["OLD_SQLITE"])
_library.sqlite3_libversion.restype = ctypes.c_char_p
_library.sqlite3_errmsg.restype = ctypes.c_char_p
_library.sqlite3_column_text.restype = ctypes.c_void_p
_library.sqlite3_column_blob.restype = ctypes.c_void_p
_library.sqlite3_column_int64.restype = ctypes.c_int64
_library.sqlite3_column_double.restype = ctypes.c_double
_TRANSIENT = ctypes.c_void_p(-1)
_ROW, _DONE = 100, 101

sqlite_version = _library.sqlite3_libversion().decode()


class Error(Exception):
    pass


class _Rows(list):
    def fetchone(self):
        return self[0] if self else None

    def fetchall(self):
        return list(self)


class _Connection:
    def __init__(self, path, timeout):
        self.handle = ctypes.c_void_p()
        self._require(_library.sqlite3_open(path.encode(), ctypes.byref(self.handle)))
        _library.sqlite3_busy_timeout(self.handle, int(timeout * 1000))

    def _require(self, code, *fine):
        if code not in (0, *fine):
            raise Error(_library.sqlite3_errmsg(self.handle).decode())

    def execute(self, sql, values=()):
        statement = ctypes.c_void_p()
        text = sql.encode()
        self._require(_library.sqlite3_prepare_v2(
            self.handle, text, len(text), ctypes.byref(statement), None))
        try:
            for number, value in enumerate(values, 1):
                self._require(_bind(statement, number, value))
            rows = _Rows()
            while True:
                code = _library.sqlite3_step(statement)
                if code == _DONE:
                    return rows
                self._require(code, _ROW)
                count = _library.sqlite3_column_count(statement)
                rows.append(tuple(_column(statement, index) for index in range(count)))
        finally:
            _library.sqlite3_finalize(statement)


def _bind(statement, number, value):
    if isinstance(value, str):
        data = value.encode()
        return _library.sqlite3_bind_text(statement, number, data, len(data), _TRANSIENT)
    if isinstance(value, bytes):
        return _library.sqlite3_bind_blob(statement, number, value, len(value), _TRANSIENT)
    if isinstance(value, float):
        return _library.sqlite3_bind_double(statement, number, ctypes.c_double(value))
    return _library.sqlite3_bind_int64(statement, number, ctypes.c_int64(value))


def _column(statement, index):
    kind = _library.sqlite3_column_type(statement, index)
    if kind == 1:
        return _library.sqlite3_column_int64(statement, index)
    if kind == 2:
        return _library.sqlite3_column_double(statement, index)
    if kind == 5:
        return None
    read = _library.sqlite3_column_text if kind == 3 else _library.sqlite3_column_blob
    data = ctypes.string_at(read(statement, index), _library.sqlite3_column_bytes(statement, index))
    return data.decode() if kind == 3 else data


def connect(path, isolation_level=None, timeout=5):
    return _Connection(path, timeout)
