"""Workers for Espalier in Python: one file, standard library only, Python 3.8 or newer.

    from espalier import worker

    @worker.method
    def add(ctx, a, b):
        return a + b

    @worker.method
    def count(ctx, to):                 # a generator answers with a stream
        for n in range(to):
            yield n

    worker.run()

A call whose argument is an object is passed as keywords, an array as positions, anything else as one argument, null as
none; `@worker.method(raw=True)` takes the argument as it is. Results are JSON, with bytes in any place. `async def`
methods and async generators run on an event loop that lives as long as the worker.

Calls run one at a time in the main thread; `worker.run(concurrency=8)` runs up to eight in threads, and coroutines on
the main thread's loop. A second thread reads the connection, so heartbeats are answered while a call computes.
A cancelled call sees `ctx.cancelled`; `ctx.check()` raises `Cancelled`; a coroutine is cancelled at its next `await`.

`print` is free: standard output and error are the worker's log. When the host is gone the process ends at once.
"""

from __future__ import annotations

import asyncio
import collections
import concurrent.futures
import faulthandler
import inspect
import json
import math
import os
import queue
import re
import signal
import socket
import sys
import threading
import time
import traceback

__all__ = ["worker", "Worker", "Context", "WorkerError", "RemoteError", "Cancelled", "Suspended", "ProtocolError"]

VERSIONS = (1,)
SDK = "espalier-python/1"
MAX_HEADER = 1024 * 1024
MAX_FRAME = 64 * 1024 * 1024
MAX_TRAILERS = 1024
MAX_DEPTH = 200
MAX_DIGITS = 4300
CREDIT = 16

_SHOWN = 200
_MAX_LOG = 64 * 1024
_MAX_MESSAGE = 16 * 1024
_MAX_STACK = 32 * 1024
_MAX_DATA = 128 * 1024
_LEVELS = ("debug", "info", "warn", "error")
_EXIT_PROTOCOL = 76
_BYTES = (bytes, bytearray, memoryview)


class ProtocolError(Exception):
    """The host spoke out of protocol; the process ends."""

    def __init__(self, reason, received):
        super().__init__("%s; received %r" % (reason, bytes(received[:_SHOWN])))
        self.reason = reason


class WorkerError(Exception):
    """Raise it in a method: code, data (JSON) and whether a retry may help reach the caller as they are."""

    def __init__(self, code, message, data=None, retryable=False):
        super().__init__(message)
        self.code = code
        self.data = data
        self.retryable = retryable


class RemoteError(WorkerError):
    """A host tool, or a question, failed; `type` and `stack` are those of the host."""

    def __init__(self, error):
        code, message = str(error.get("code", "Error")), str(error.get("message", ""))
        super().__init__(code, message, error.get("data"), error.get("retryable") is True)
        self.type = error.get("type", "Error")
        self.stack = error.get("stack")


class Cancelled(WorkerError):
    """The host cancelled the call; its message is the reason."""

    def __init__(self, reason):
        super().__init__("ESP_ABORTED", reason)


class Suspended(BaseException):
    """The attempt of a job ends here to wait; `ctx.wait_for` raises it, and `ctx.ask` with `suspend=True`. It is no failure:
    let it pass, as `except Exception` does. The method is called again once there is what it waits for."""

    code = "ESP_SUSPENDED"


class Invalid(WorkerError):
    """A value that cannot be sent, named by its place."""

    def __init__(self, message):
        super().__init__("ESP_INVALID", message)


# --- Frames: one line of JSON, then as many raw bytes as its "b" says -------------------------------------------------


class Limits:
    def __init__(self, max_header=MAX_HEADER, max_frame=MAX_FRAME, credit=CREDIT):
        self.max_header = max_header
        self.max_frame = max_frame
        self.credit = credit


def _refuse_constant(name):
    raise ValueError("%s is not JSON" % name)


def _finite(literal):
    number = float(literal)
    if math.isinf(number):
        raise ValueError("%s is a number that no double can hold" % literal[:30])
    return number


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
# Asked of each number: only where one may be too large for a double.
_careful = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
_LARGE = re.compile(r"[eE]\+?\d\d\d")
_TOO_LONG = re.compile(r"\d{%d}" % (MAX_DIGITS + 1))
# Python from 3.11 on has that limit itself, unless the program lifted it.
_own_digits = getattr(sys, "get_int_max_str_digits", int)


def parse_json(data, max_depth=MAX_DEPTH):
    """Strict JSON of UTF-8 bytes; ValueError otherwise. No number is changed: what no double can hold is an error."""
    text = str(data, "utf-8").lstrip(" \t\r\n")
    try:
        decoder = _careful if _LARGE.search(text) else _decoder
        value, end = decoder.raw_decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if text[end:].strip(" \t\r\n"):
        raise ValueError("data after the JSON value")
    if _is_deeper(value, text, max_depth):
        raise ValueError("nested deeper than %d levels" % max_depth)
    if _may_be_long(text) and _has_long(value):
        raise ValueError("an integer has more than %d digits" % MAX_DIGITS)
    return value


def _may_be_long(text):
    return len(text) > MAX_DIGITS and not 0 < _own_digits() <= MAX_DIGITS and bool(_TOO_LONG.search(text))


_CONTAINERS = (dict, list, tuple)


def _is_deeper(value, text, depth):
    """Whether containers lie deeper in each other; most texts hold fewer of them altogether."""
    return text.count("[") + text.count("{") > depth and _walk_deeper(value, depth)


def _walk_deeper(value, depth):
    if depth == 0:
        return isinstance(value, _CONTAINERS)
    if not isinstance(value, _CONTAINERS):
        return False
    items = value.values() if isinstance(value, dict) else value
    return any(_walk_deeper(item, depth - 1) for item in items if isinstance(item, _CONTAINERS))


def _has_long(value):
    if isinstance(value, int):
        return not -_BEYOND < value < _BEYOND
    if isinstance(value, dict):
        return any(map(_has_long, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_has_long, value))


#: The first integer that has too many digits.
_BEYOND = 10**MAX_DIGITS


def read_frame(stream, limits):
    """The next message with its payload put together; None at the end of the stream, also within a frame."""
    line = stream.readline(limits.max_header + 1)
    if not line:
        return None
    if line[0] != 0x7B:
        raise ProtocolError('a header line begins with no "{"', line)
    if line[-1] != 0x0A:
        if len(line) > limits.max_header:
            raise ProtocolError("a header line is longer than %d bytes" % limits.max_header, line)
        return None
    try:
        # The object of the header is one level itself.
        header = parse_json(line, MAX_DEPTH + 1)
    except ValueError as error:
        raise ProtocolError("a header line is not JSON (%s)" % error, line) from None
    if not isinstance(header.get("t"), str):
        raise ProtocolError('a header line names no type of message in "t"', line)
    sizes = header.get("b")
    return header if sizes is None and "b" not in header else _with_trailers(header, sizes, stream, line, limits)


def _with_trailers(header, sizes, stream, line, limits):
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise ProtocolError('"b" is not a list of sizes in bytes', line)
    if len(sizes) > MAX_TRAILERS:
        raise ProtocolError("a frame has %d trailers; the limit is %d" % (len(sizes), MAX_TRAILERS), line)
    total = len(line) + sum(sizes)
    if total > limits.max_frame:
        raise ProtocolError("a frame has %d bytes; the limit is %d" % (total, limits.max_frame), line)
    trailers = []
    for size in sizes:
        data = stream.read(size) if size else b""
        if len(data) < size:
            return None
        trailers.append(data)
    field = _PAYLOADS.get(header["t"])
    if trailers and field is not None:
        header[field] = _unpack(header, field, trailers, line)
    return header


_PAYLOADS = {"call": "a", "context": "d", "result": "r", "chunk": "d", "event": "d", "answer": "value"}


def _unpack(header, field, trailers, line):
    value = header.get(field)
    if header.get("j") is True:
        try:
            value = parse_json(trailers.pop(0))
        except ValueError as error:
            raise ProtocolError("a payload in a trailer is not JSON (%s)" % error, line) from None
    paths = header["bp"] if "bp" in header else ([[]] if len(trailers) == 1 else [])
    if not isinstance(paths, list) or len(paths) != len(trailers) or not all(_is_path(path) for path in paths):
        raise ProtocolError('"bp" does not say for each trailer where it belongs', line)
    root = [value]
    for path, blob in zip(paths, trailers):
        if not _place(root, [0] + path, blob):
            raise ProtocolError("the payload has no place %s for a trailer" % json.dumps(path)[:_SHOWN], line)
    return root[0]


def _is_path(path):
    return isinstance(path, list) and all(type(key) in (str, int) for key in path)


def _place(parent, path, blob):
    for key in path[:-1]:
        if not _has(parent, key):
            return False
        parent = parent[key]
    last = path[-1]
    if not _has(parent, last) or parent[last] is not None:
        return False
    parent[last] = blob
    return True


def _has(parent, key):
    if isinstance(parent, dict):
        return type(key) is str and key in parent
    return isinstance(parent, list) and type(key) is int and 0 <= key < len(parent)


class _NotPlain(Exception):
    pass


def _not_plain(_value):
    raise _NotPlain


def _make_encode():
    """The encoder of the standard library. It builds its C encoder for each value anew, which costs more than a small
    value itself: where that encoder is what we know, it is built once."""
    plain = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=_not_plain).encode
    try:
        text = json.encoder.encode_basestring_ascii
        parts = json.encoder.c_make_encoder(None, _not_plain, text, None, ":", ",", False, False, False)
        sample = {"a": ["é", 1, None, 1.5]}

        def quick(value):
            return "".join(parts(value, 0))

        return quick if quick(sample) == plain(sample) else plain
    except Exception:
        return plain


_encode = _make_encode()


def encode_payload(value, name):
    """JSON of a value, the bytes taken out of it, and their places. `Invalid` names what cannot be sent."""
    try:
        text = _encode(value)
        if not _is_deeper(value, text, MAX_DEPTH) and not _may_be_long(text):
            return text, (), ()
    except (_NotPlain, ValueError, TypeError, RecursionError):
        pass  # It holds bytes, or what cannot be sent; which, and where, is found out one by one.
    blobs, paths = [], []
    return _encode(_extract(value, name, [], blobs, paths)), blobs, paths


def _extract(value, name, path, blobs, paths, above=()):
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        if -_BEYOND < value < _BEYOND:
            return value
        raise Invalid("%s is an integer of more than %d digits" % (_place_name(name, path), MAX_DIGITS))
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise Invalid("%s is %s, which JSON cannot hold" % (_place_name(name, path), _named(value)))
    for level, outer in enumerate(above):
        if outer is value:
            again = _place_name(name, path[:level])
            raise Invalid("%s is %s again: JSON cannot hold a cycle" % (_place_name(name, path), again))
    if len(path) >= MAX_DEPTH:
        raise Invalid("%s is nested deeper than %d levels" % (_place_name(name, path), MAX_DEPTH))
    if isinstance(value, _BYTES):
        blobs.append(value if isinstance(value, bytes) else bytes(value))
        paths.append(path)
        return None
    within = above + (value,)
    if isinstance(value, dict):
        return {
            _key(key, name, path): _extract(item, name, path + [_key(key, name, path)], blobs, paths, within)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_extract(item, name, path + [index], blobs, paths, within) for index, item in enumerate(value)]
    raise Invalid("%s is a %s, which JSON cannot hold" % (_place_name(name, path), type(value).__name__))


def _named(number):
    """As every language of the protocol calls it."""
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def _key(key, name, path):
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int)):
        return _encode(key)  # As JSON writes it.
    raise Invalid("%s has the key %r, which JSON cannot hold" % (_place_name(name, path), key))


_TOLD_STEPS = 20


def _place_name(name, path):
    steps = ["[%d]" % key if isinstance(key, int) else "." + key for key in path[:_TOLD_STEPS]]
    return name + "".join(steps) + ("…" if len(path) > _TOLD_STEPS else "")


def encode_frame(fields, field, value, name, limits):
    """A message as bytes. `fields`: the JSON of what precedes the payload, as in `"t":"result","id":1`."""
    text, blobs, paths = encode_payload(value, name)
    if not blobs:
        line = ('{%s,"%s":%s}\n' % (fields, field, text)).encode("ascii")
        if len(line) <= limits.max_header + 1:
            return line
    else:
        sizes = _encode([len(blob) for blob in blobs])
        line = ('{%s,"%s":%s,"b":%s,"bp":%s}\n' % (fields, field, text, sizes, _encode(paths))).encode("ascii")
        if len(line) <= limits.max_header + 1:
            return _bounded([line] + list(blobs), limits)
    trailers = [text.encode("ascii")] + list(blobs)
    sizes = _encode([len(trailer) for trailer in trailers])
    line = ('{%s,"%s":null,"b":%s,"bp":%s,"j":true}\n' % (fields, field, sizes, _encode(paths))).encode("ascii")
    if len(line) > limits.max_header + 1:
        raise Invalid("the header line has more than %d bytes" % limits.max_header)
    return _bounded([line] + trailers, limits)


def _bounded(parts, limits):
    total = sum(len(part) for part in parts)
    if total > limits.max_frame:
        raise Invalid(
            "the frame has %d bytes; the limit is %d: hand over a file's path, or send a stream of smaller chunks"
            % (total, limits.max_frame)
        )
    return b"".join(parts)


def encode_message(message, limits):
    """A message without bytes."""
    line = (_encode(message) + "\n").encode("ascii")
    if len(line) > limits.max_header + 1:
        raise Invalid("the header line has more than %d bytes" % limits.max_header)
    return line


# --- The connection --------------------------------------------------------------------------------------------------


class _Out:
    """What waits to be written. A frame is one element, so threads never mix their bytes."""

    def __init__(self, sock):
        self._sock = sock
        self._lock = threading.Lock()
        self._waiting = collections.deque()

    def post(self, data):
        self._waiting.append(data)

    def flush(self):
        """Hands everything to the kernel; waits for the host when it reads too slowly."""
        while True:
            # Taken even when nothing waits: the reader may be sending what this thread posted.
            with self._lock:
                data = self._take()
                if data:
                    self._sock.sendall(data)
            # Looked at again without the lock: the reader may have posted, and found it taken, after our last look.
            if not self._waiting:
                return

    def flush_soon(self):
        """As `flush`, without ever waiting: the reader must go on reading. What is left goes with the next flush."""
        while self._waiting and self._lock.acquire(False):
            try:
                data = self._take()
                sent = self._sock.send(data, socket.MSG_DONTWAIT) if data else 0
                if sent < len(data):
                    self._waiting.appendleft(data[sent:])
                    return
            except BlockingIOError:
                self._waiting.appendleft(data)
                return
            finally:
                self._lock.release()

    def _take(self):
        waiting = self._waiting
        if len(waiting) == 1:
            return waiting.popleft()
        return b"".join([waiting.popleft() for _ in range(len(waiting))])


_NO_IDS = {}


class _Input:
    """What the caller streams to one call. Iterate it, with `for` or `async for`."""

    def __init__(self, call, window, open_):
        self._call = call
        self._window = window
        self._allowed = window
        self._seq = 0
        self._taken = 0
        self._chunks = queue.SimpleQueue()
        self._done = not open_

    def __iter__(self):
        return self

    def __next__(self):
        if self._done:
            raise StopIteration
        kind, chunk = self._chunks.get()
        if kind != "chunk":
            self._done = True
            if kind == "error":
                raise chunk
            raise StopIteration
        self._taken += 1
        # Credit goes out by the half window: a message for each chunk would cost as much as the chunk.
        if self._taken >= (self._window + 1) // 2:
            self._allowed += self._taken
            self._call.worker._post({"t": "credit", "id": self._call.id, "n": self._taken})
            self._taken = 0
        return chunk

    def __aiter__(self):
        return self

    async def __anext__(self):
        end = object()
        chunk = await asyncio.get_running_loop().run_in_executor(None, next, self, end)
        if chunk is end:
            raise StopAsyncIteration
        return chunk

    def _push(self, message):
        if message.get("seq") != self._seq or self._allowed == 0:
            raise ProtocolError("a chunk came out of order or without credit", json.dumps(message).encode()[:_SHOWN])
        self._seq += 1
        self._allowed -= 1
        self._chunks.put(("chunk", message.get("d")))

    def _end(self, error=None):
        self._chunks.put(("end", None) if error is None else ("error", error))


class _Call:
    """One call, from its arrival to its one answer."""

    __slots__ = (
        ("worker", "id", "name", "args", "ids", "told", "deadline", "held", "cancelled", "task")
        + ("_input", "_granted", "_futures", "_progress")
    )

    def __init__(self, worker_, message, told=None):
        self.worker = worker_
        self.id = message["id"]
        self.name = message.get("m")
        self.args = message.get("a")
        self.ids = message.get("ctx") or _NO_IDS
        #: What its job is told; None where it is no attempt of one.
        self.told = told
        self.deadline = time.monotonic() + message["dl"] / 1000 if "dl" in message else None
        #: Seconds in which it waited for a person: its time stood still.
        self.held = 0.0
        self.cancelled = None
        self.task = None
        self._granted = worker_.limits.credit
        # Made when they are needed: most calls have neither.
        self._input = _Input(self, worker_.limits.credit, True) if message.get("in") is True else None
        self._futures = None
        self._progress = None

    @property
    def input(self):
        return self._input or _Input(self, 1, False)

    # The reader's side.

    def cancel(self, reason):
        if self.cancelled is not None:
            return
        self.cancelled = Cancelled(reason)
        with self.worker._state:
            self.worker._state.notify_all()
        if self._input is not None:
            self._input._end(self.cancelled)
        for future in list(self._futures or ()):
            _settle(future, error=self.cancelled)
        if self.task is not None:
            self.worker._cancel_task(self.task)

    def grant(self, count):
        with self.worker._state:
            self._granted += count
            self.worker._state.notify_all()

    # The method's side.

    def check(self):
        if self.cancelled is not None:
            raise self.cancelled

    def take_credit(self):
        with self.worker._state:
            while self._granted == 0 and self.cancelled is None:
                self.worker._state.wait()
            self.check()
            self._granted -= 1

    # Its job.

    def job(self, what):
        """What its job is told; raises where it is no attempt of one."""
        if self.told is not None:
            return self.told
        run = self.ids.get("run")
        raise Invalid(
            "%s needs a job: %s"
            % (what, "this call is no attempt of one" if run is None else "a slot of a run (%s) is none" % run)
        )

    def request(self, name, args):
        self.job("wait_for" if name == "wait" else name)
        return self.worker._request("call", {"m": "job:" + name}, "a", args, self)

    def progress(self, told):
        if self._progress is None:
            self._progress = _Progress(self)
        self._progress.tell(told)

    def end(self):
        """It ends: what it has told last goes before its answer."""
        if self._progress is not None:
            self._progress.flush()

    def watch(self, future):
        if self._futures is None:
            self._futures = set()
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        if self.cancelled is not None:
            _settle(future, error=self.cancelled)
        return future


class _Progress:
    """Tells how far a call has come: one telling is on its way at a time, and of what comes meanwhile the last one is next."""

    def __init__(self, call):
        self._call = call
        self._lock = threading.Lock()
        self._next = None
        self._telling = False

    def tell(self, told):
        with self._lock:
            self._next = told
            if self._telling:
                return
            self._telling = True
        self._send(self._take(), False)

    def flush(self):
        told = self._take()
        if told is not None:
            self._call.worker._request("call", {"m": "job:progress"}, "a", told, self._call)

    def _take(self):
        with self._lock:
            told, self._next = self._next, None
            return told

    def _send(self, told, soon):
        future = self._call.worker._request("call", {"m": "job:progress"}, "a", told, self._call, soon)
        future.add_done_callback(self._told)

    def _told(self, future):
        """By the reader, which must not wait; nobody else does."""
        error = future.exception()
        if error is not None and self._call.cancelled is None:
            line = {"t": "log", "lvl": "warn", "msg": "progress was not kept: %s" % error, "id": self._call.id}
            self._call.worker._out.post(encode_message(line, self._call.worker.limits))
            self._call.worker._soon()
        with self._lock:
            told, self._next = self._next, None
            if told is None or error is not None:
                self._telling = False
                return
        self._send(told, True)


def _settle(future, value=None, error=None):
    try:
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
    except concurrent.futures.InvalidStateError:
        # It was answered, or cancelled, first.
        return


# --- What a program sees ---------------------------------------------------------------------------------------------


class Tools:
    """The tools that the host offers."""

    def __init__(self, worker_, call=None):
        self._worker = worker_
        self._call = call

    def list(self):
        return list(self._worker._tools)

    def search(self, words):
        """The tools whose name or description holds every word, in any case."""
        wanted = words.lower().split()

        def text(tool):
            return ("%s %s" % (tool.get("name"), tool.get("description", ""))).lower()

        return [tool for tool in self._worker._tools if all(word in text(tool) for word in wanted)]

    def call(self, name, args=None):
        """Calls a host tool and waits for its result; raises `RemoteError`."""
        return self._start(name, args).result()

    async def call_async(self, name, args=None):
        return await asyncio.wrap_future(self._start(name, args))

    def call_all(self, calls):
        """Calls several at once, as (name, args); the results come in order, a failed one as its exception."""
        futures = [self._start(name, args) for name, args in calls]
        return [future.exception() or future.result() for future in futures]

    def _start(self, name, args):
        return self._worker._request("call", {"m": name}, "a", args, self._call)


class Context:
    """What a method is handed for one call: `ctx.run`, `ctx.index`, `ctx.job`, `ctx.attempt`, `ctx.epoch`, `ctx.parent`,
    `ctx.root`, `ctx.run_id`, `ctx.owner`, `ctx.key`, `ctx.session` and `ctx.traceparent` are the ids of the work, None where
    there is none. `ctx.key` is the same for every attempt of one piece of work: the key of its job, or the job's id where it
    has none."""

    __slots__ = ("_call", "id", "method")

    def __init__(self, call):
        self._call = call
        self.id = call.id
        self.method = call.name

    run = property(lambda self: self._call.ids.get("run"))
    job = property(lambda self: self._call.ids.get("job"))
    attempt = property(lambda self: self._call.ids.get("attempt"))
    epoch = property(lambda self: self._call.ids.get("epoch"))
    index = property(lambda self: self._call.ids.get("index"))
    parent = property(lambda self: self._call.ids.get("parent"))
    root = property(lambda self: self._call.ids.get("root"))
    run_id = property(lambda self: self._call.ids.get("runId"))
    owner = property(lambda self: self._call.ids.get("owner"))
    key = property(lambda self: self._call.ids.get("key"))
    session = property(lambda self: self._call.ids.get("session"))
    traceparent = property(lambda self: self._call.ids.get("traceparent"))

    @property
    def cancelled(self):
        """Whether the host cancelled the call."""
        return self._call.cancelled is not None

    def check(self):
        """Raises `Cancelled` when the host cancelled the call."""
        self._call.check()

    @property
    def deadline(self):
        """By when its job has ended, with all its attempts, in seconds since the epoch, as `time.time()`; None without one."""
        deadline = self._call.ids.get("deadline")
        return None if deadline is None else deadline / 1000

    @property
    def remaining(self):
        """Seconds that are left to the call, never below 0; None without a limit. They stand still while a person is asked."""
        if self._call.deadline is None:
            return None
        left = self._call.deadline + self._call.held - time.monotonic()
        return max(0.0, left if self.deadline is None else min(left, self.deadline - time.time()))

    # Its job.

    @property
    def results(self):
        """What the jobs came to that it came after, or waited for, in the order of their submission: a list of
        {"id", "state", "result"}, the result where a method succeeded."""
        return (self._call.told or {}).get("results", [])

    @property
    def answers(self):
        """What people answered so far, by the ids of the questions."""
        return (self._call.told or {}).get("answers", {})

    @property
    def last_checkpoint(self):
        """What an earlier attempt kept with `checkpoint`; None if none did."""
        return (self._call.told or {}).get("checkpoint")

    def checkpoint(self, value):
        """Keeps a JSON value for the attempts that come after this one, the last one of each job; returns once it is durable."""
        self._call.request("checkpoint", {"value": value}).result()

    async def checkpoint_async(self, value):
        await asyncio.wrap_future(self._call.request("checkpoint", {"value": value}))

    def progress(self, done, total=None, note=None):
        """Says how far its job has come. The last of many is told; nobody waits for it."""
        self._call.job("progress")
        told = {"done": done, "total": total, "note": note}
        for name in ("done", "total"):
            value = told[name]
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            if not is_number and (name == "done" or value is not None):
                raise Invalid("progress: %s is %r; it must be a number" % (name, value))
        self._call.progress(told)

    def submit(self, specs):
        """Submits jobs below this one, all or none: a dict as of `system.jobs.submit`, or a list of them. Returns, once they are
        durable, {"id", "existing"} of each."""
        children = self._call.request("submit", {"jobs": _specs(specs)}).result()
        return children if _is_list(specs) else children[0]

    async def submit_async(self, specs):
        children = await asyncio.wrap_future(self._call.request("submit", {"jobs": _specs(specs)}))
        return children if _is_list(specs) else children[0]

    def wait_for(self, jobs):
        """What these jobs came to (ids, or what `submit` returned), in this order, if all have ended. Otherwise raises
        `Suspended`: the attempt ends here, its place is free, and the method is called again when they have; then
        `ctx.results` has them, and this returns them."""
        ids, known = self._awaited(jobs)
        return known if known is not None else _waited(ids, self._call.request("wait", {"jobs": ids}).result())

    async def wait_for_async(self, jobs):
        ids, known = self._awaited(jobs)
        if known is not None:
            return known
        return _waited(ids, await asyncio.wrap_future(self._call.request("wait", {"jobs": ids})))

    def _awaited(self, jobs):
        ids = [job if isinstance(job, str) else job["id"] for job in jobs]
        ends = {end["id"]: end for end in self._call.job("wait_for")["results"]}
        return ids, [ends[id_] for id_ in ids] if all(id_ in ends for id_ in ids) else None

    @property
    def input(self):
        """What the caller streams to this call; empty when it streams nothing."""
        return self._call.input

    @property
    def tools(self):
        return Tools(self._call.worker, self._call)

    def ask(self, question, id=None, suspend=False):
        """Asks a person, and waits for the answer. In a job the question has an id and outlives this process: answered by now,
        from any process, it returns at once; else this attempt waits in its place, or, with `suspend`, ends with `Suspended`,
        and its job is called again with the answer."""
        if not self._is_named(id, suspend):
            return self._ask(question).result()
        if id in self.answers:
            return self.answers[id]
        since = time.monotonic()
        try:
            return self._ask(question, {"name": id, "suspend": suspend}).result()
        except RemoteError as error:
            raise _ended(error) from None
        finally:
            self._call.held += time.monotonic() - since

    async def ask_async(self, question, id=None, suspend=False):
        if not self._is_named(id, suspend):
            return await asyncio.wrap_future(self._ask(question))
        if id in self.answers:
            return self.answers[id]
        since = time.monotonic()
        try:
            return await asyncio.wrap_future(self._ask(question, {"name": id, "suspend": suspend}))
        except RemoteError as error:
            raise _ended(error) from None
        finally:
            self._call.held += time.monotonic() - since

    def _is_named(self, id, suspend):
        if self._call.told is None and not suspend:
            return False
        self._call.job("ask with suspend")
        if id is None:
            raise Invalid("ask: in a job a question needs an id, which outlives it")
        return True

    def _ask(self, question, more=None):
        if encode_payload(question, "question")[1]:
            raise Invalid("question holds bytes; only payloads can")
        return self._call.worker._request("ask", more or {}, "question", question, self._call)

    def metric(self, name, value, as_="gauge", unit=None, **labels):
        """A number for whoever observes the pool, and in a job, with `as_="sum"` (so much more is used) or `"cumulative"` (so
        much so far), for the job's budget of `unit`, which is the name unless it is said."""
        if as_ not in ("sum", "cumulative", "gauge"):
            raise Invalid("as_ is %r; it must be sum, cumulative or gauge" % (as_,))
        if as_ != "gauge" and value < 0:
            raise Invalid("%s is %s: what is used is never below 0" % (name, value))
        more = {"as": as_, "id": self.id}
        self._call.worker._metric(name, value, labels, more if unit is None else dict(more, unit=unit))

    def log(self, message, level="info"):
        """A line in the host's log, attributed to this call."""
        self._call.worker.log(message, level, self.id)

    def event(self, name, data=None):
        """An event in the host, attributed to this call."""
        self._call.worker.event(name, data, self.id)


def _is_list(specs):
    return isinstance(specs, (list, tuple))


def _specs(specs):
    return [_spec(spec) for spec in (specs if _is_list(specs) else [specs])]


def _spec(spec):
    """As it crosses the wire: instants, such as datetimes, in milliseconds."""
    instants = {
        name: int(spec[name].timestamp() * 1000)
        for name in ("runAt", "deadline")
        if hasattr(spec.get(name), "timestamp")
    }
    return dict(spec, **instants)


def _waited(ids, answer):
    if answer.get("suspended"):
        raise Suspended("the attempt ends here, and its job waits for %s" % ", ".join(ids))
    return answer["results"]


def _ended(error):
    return Suspended(str(error)) if error.code == Suspended.code else error


class _Method:
    def __init__(self, run, name, description, input_, raw):
        self.run = run
        self.raw = raw
        self.description = {"name": name}
        if description:
            self.description["description"] = description
        if input_ is not None:
            self.description["input"] = input_
        if inspect.isgeneratorfunction(run) or inspect.isasyncgenfunction(run):
            self.description["stream"] = True

    def __call__(self, ctx, args):
        if self.raw:
            return self.run(ctx, args)
        if isinstance(args, dict):
            return self.run(ctx, **args)
        if isinstance(args, list):
            return self.run(ctx, *args)
        return self.run(ctx) if args is None else self.run(ctx, args)


class Worker:
    """One worker program. The module makes one, `worker`; a process has one connection."""

    def __init__(self):
        self.limits = Limits()
        #: What the pool was configured with for its workers; None before `run`.
        self.config = None
        #: The path of this worker in its tree.
        self.path = None
        self.incarnation = None
        self._methods = {}
        self._on_start = []
        self._on_stop = []
        self._sock = None
        self._out = None
        self._opening = threading.Lock()
        self._tools = []
        self._hello = queue.SimpleQueue()
        self._queue = queue.SimpleQueue()
        self._calls = {}
        self._waiting = {}
        self._requests = {}
        self._last_request = 0
        self._told = None
        self._state = threading.Condition()
        self._loop = None
        self._concurrency = 1
        self._leaving = False
        self._over = False

    # Declaring.

    def method(self, run=None, *, name=None, description=None, input=None, raw=False):
        """Makes a function callable by the host, under its own name unless `name` says otherwise. The description is
        its docstring, `input` a JSON Schema of its argument."""

        def declare(function):
            named = name or function.__name__
            self._methods[named] = _Method(function, named, description or inspect.getdoc(function), input, raw)
            return function

        return declare if run is None else declare(run)

    def on_start(self, hook):
        """Runs before the first call, when `worker.config` is known: load here what takes long."""
        self._on_start.append(hook)
        return hook

    def on_stop(self, hook):
        """Runs after the last call of an orderly shutdown."""
        self._on_stop.append(hook)
        return hook

    # Telling.

    @property
    def tools(self):
        return Tools(self)

    def progress(self, message):
        """While booting, also before `run`: it is alive, and its boot time starts anew."""
        self._post({"t": "progress", "msg": str(message)[:_MAX_LOG]})

    def log(self, message, level="info", id=None):
        line = {"t": "log", "lvl": level if level in _LEVELS else "info", "msg": str(message)[:_MAX_LOG]}
        self._post(line if id is None else dict(line, id=id))

    def event(self, name, data=None, id=None):
        fields = '"t":"event","name":%s' % _encode(str(name))
        if id is not None:
            fields += ',"id":%d' % id
        self._send(encode_frame(fields, "d", data, "event", self.limits))

    def metric(self, name, value, **labels):
        self._metric(name, value, labels, {})

    def _metric(self, name, value, labels, more):
        value = float(value)
        if not math.isfinite(value):
            raise Invalid("%s is %s, which JSON cannot hold" % (name, _named(value)))
        labels = {label: str(text) for label, text in labels.items()}
        self._post(dict(more, t="metric", name=name, value=value, labels=labels))

    def recycle(self, reason):
        """Asks to be replaced, between calls."""
        self._post({"t": "recycle", "reason": str(reason)})

    # Running.

    def run(self, concurrency=1):
        """Serves calls until the host shuts this worker down; returns then, so that the program can end by itself."""
        if type(concurrency) is not int or concurrency < 1:
            raise ValueError("concurrency must be a whole number from 1, not %r" % (concurrency,))
        self._concurrency = concurrency
        self._open()
        try:
            # What is printed must be out before a kill, not in a buffer.
            sys.stdout.reconfigure(line_buffering=True)
        except AttributeError:
            pass  # A program that replaced standard output looks after it itself.
        faulthandler.register(signal.SIGQUIT, file=sys.__stderr__, all_threads=True)
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        threading.Thread(target=self._read, name="espalier-reader", daemon=True).start()
        self._boot(self._hello.get())
        if concurrency == 1:
            self._serve()
        else:
            self._serve_in_threads()
        for hook in self._on_stop:
            self._finish(hook())
        self._over = True
        self._post({"t": "bye"})

    def _boot(self, hello):
        self.config = hello.get("config")
        self.path = hello.get("worker")
        self.incarnation = hello.get("incarnation")
        common = [version for version in VERSIONS if version in hello.get("v", [])]
        if common:
            for hook in self._on_start:
                self._finish(hook())
        ready = {
            "t": "ready",
            "v": common[0] if common else VERSIONS[0],
            "caps": {"concurrency": self._concurrency, "start": True, "dump": "SIGQUIT"},
            "methods": [method.description for method in self._methods.values()],
            "sdk": SDK,
            "pid": os.getpid(),
        }
        self._post(ready)
        if not common:
            _leave("no version of %s is spoken here" % hello.get("v"), _EXIT_PROTOCOL)

    def _finish(self, value):
        if inspect.isawaitable(value):
            self._loop.run_until_complete(_wait_for(value))

    def _open(self):
        with self._opening:
            if self._sock is not None:
                return
            # Taken out of the environment: a program that this one starts is no worker.
            descriptor = os.environ.pop("ESPALIER_FD", None)
            if descriptor is None:
                raise SystemExit("this program is a worker: start it as the command of a pool (ESPALIER_FD is not set)")
            sock = socket.socket(fileno=int(descriptor))
            sock.setblocking(True)
            sock.set_inheritable(False)
            # A forked child that kept the connection would hide our end from the host.
            os.register_at_fork(after_in_child=sock.close)
            self._out = _Out(sock)
            self._sock = sock

    # Writing.

    def _post(self, message):
        self._send(encode_message(message, self.limits))

    def _send(self, data):
        self._open()
        self._out.post(data)
        self._flush()

    def _flush(self):
        try:
            self._out.flush()
        except OSError:
            os._exit(0 if self._over else 1)

    def _request(self, kind, fields, field, value, call, soon=False):
        with self._state:
            self._last_request += 1
            id_ = self._last_request
        head = dict(fields, t=kind, id=id_) if call is None else dict(fields, t=kind, id=id_, call=call.id)
        data = encode_frame(_encode(head)[1:-1], field, value, "args" if field == "a" else field, self.limits)
        future = concurrent.futures.Future()
        self._requests[id_] = future
        if soon:
            self._out.post(data)
            self._soon()
        else:
            self._send(data)
        return future if call is None else call.watch(future)

    # Reading, in a thread of its own.

    def _read(self):
        try:
            stream = self._sock.makefile("rb", buffering=256 * 1024)
            while True:
                message = read_frame(stream, self.limits)
                if message is None:
                    break
                take = self._takers.get(message["t"])
                if take is not None:
                    take(self, message)
        except ProtocolError as error:
            _leave(error, _EXIT_PROTOCOL)
        except OSError:
            pass  # The connection was reset: the host is gone all the same.
        except BaseException:
            traceback.print_exc()
            _leave("the reader failed", _EXIT_PROTOCOL)
        # Whatever runs here runs for nobody.
        os._exit(0 if self._over else 1)

    def _take_hello(self, message):
        limits = message.get("limits", {})
        self.limits = Limits(
            limits.get("maxHeader", MAX_HEADER), limits.get("maxFrame", MAX_FRAME), limits.get("credit", CREDIT)
        )
        self._tools = (message.get("caps") or {}).get("tools") or []
        self._hello.put(message)

    def _take_context(self, message):
        # The call that it belongs to follows at once.
        self._told = message

    def _take_call(self, message):
        told, self._told = self._told, None
        call = _Call(self, message, told["d"] if told is not None and told["id"] == message["id"] else None)
        self._calls[call.id] = call
        self._waiting[call.id] = call
        self._queue.put(call)

    def _take_cancel(self, message):
        call = self._calls.get(message["id"])
        if call is None:
            return
        call.cancel(str(message.get("reason", "cancelled")))
        # Whoever takes it out of `_waiting` answers it: here, or the thread that runs it.
        if self._waiting.pop(call.id, None) is not None:
            self._calls.pop(call.id, None)
            self._out.post(_error_frame(call.id, call.cancelled, self.limits))
            self._soon()

    def _take_credit(self, message):
        call = self._calls.get(message["id"])
        if call is not None:
            call.grant(message["n"])

    def _take_chunk(self, message):
        call = self._calls.get(message["id"])
        if call is not None and call._input is not None:
            call._input._push(message)

    def _take_end(self, message):
        call = self._calls.get(message["id"])
        if call is not None and call._input is not None:
            call._input._end()

    def _take_ping(self, message):
        busy = max(0, len(self._calls) - len(self._waiting))
        self._out.post(encode_message({"t": "pong", "n": message["n"], "busy": busy}, self.limits))
        self._soon()

    def _take_shutdown(self, _message):
        self._leaving = True
        for _ in range(self._concurrency):
            self._queue.put(None)

    def _take_answer(self, message):
        future = self._requests.pop(message["id"], None)
        if future is None:
            return
        if message["t"] == "error":
            _settle(future, error=RemoteError(message))
        else:
            _settle(future, message.get("r" if message["t"] == "result" else "value"))

    _takers = {
        "hello": _take_hello,
        "context": _take_context,
        "call": _take_call,
        "cancel": _take_cancel,
        "credit": _take_credit,
        "chunk": _take_chunk,
        "end": _take_end,
        "ping": _take_ping,
        "shutdown": _take_shutdown,
        "result": _take_answer,
        "error": _take_answer,
        "answer": _take_answer,
    }

    def _soon(self):
        try:
            self._out.flush_soon()
        except OSError:
            os._exit(0 if self._over else 1)

    def _cancel_task(self, task):
        self._loop.call_soon_threadsafe(task.cancel)

    # Calls.

    def _serve(self):
        """Takes calls until a shutdown. Answers leave before it waits, or with the next call's `start`."""
        alone = self._concurrency == 1
        while True:
            if not alone or self._queue.empty():
                self._flush()
            call = self._queue.get()
            if call is None or self._leaving:
                break
            if self._waiting.pop(call.id, None) is not None:
                self._execute(call)
        self._flush()

    def _serve_in_threads(self):
        def serve():
            try:
                self._serve()
            except BaseException as error:  # Here SystemExit would end this thread alone.
                if not isinstance(error, SystemExit):
                    traceback.print_exc()
                os._exit(error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else 1)

        threads = [threading.Thread(target=serve, name="espalier-call-%d" % n) for n in range(self._concurrency)]

        def join():
            for thread in threads:
                thread.join()
            self._loop.call_soon_threadsafe(self._loop.stop)

        for thread in threads:
            thread.daemon = True
            thread.start()
        threading.Thread(target=join, daemon=True).start()
        self._loop.run_forever()

    def _execute(self, call):
        # The host relies on it: no method runs before its `start` is with the kernel.
        self._out.post(b'{"t":"start","id":%d}\n' % call.id)
        self._flush()
        try:
            answer = self._answer(call)
        except (SystemExit, KeyboardInterrupt):
            raise  # It means the process.
        except asyncio.CancelledError as error:
            answer = _error_frame(call.id, call.cancelled or error, self.limits)
        except BaseException as error:
            answer = _error_frame(call.id, error, self.limits)
        call.end()
        self._calls.pop(call.id, None)
        self._out.post(answer)

    def _answer(self, call):
        method = self._methods.get(call.name)
        if method is None:
            raise WorkerError("ESP_NOT_FOUND", 'this worker has no method "%s"' % call.name)
        value = method(Context(call), call.args)
        # The questions cost more than a small call.
        if type(value) not in _RESULTS:
            if inspect.isawaitable(value):
                value = self._await(call, value)
            if inspect.isgenerator(value):
                return self._stream(call, value, value.close)
            if inspect.isasyncgen(value):
                return self._stream(call, self._steps(call, value), lambda: self._await(None, value.aclose()))
        return encode_frame('"t":"result","id":%d' % call.id, "r", value, "result", self.limits)

    def _stream(self, call, chunks, close):
        seq = 0
        try:
            while True:
                # Credit first: nothing is computed that may not be sent.
                call.take_credit()
                try:
                    chunk = next(chunks)
                except StopIteration:
                    return b'{"t":"end","id":%d}\n' % call.id
                call.check()
                fields = '"t":"chunk","id":%d,"seq":%d' % (call.id, seq)
                self._send(encode_frame(fields, "d", chunk, "chunk", self.limits))
                seq += 1
        finally:
            close()

    def _steps(self, call, source):
        while True:
            try:
                yield self._await(call, source.__anext__())
            except StopAsyncIteration:
                return

    def _await(self, call, awaitable):
        """Runs an awaitable on the worker's loop to its end, from the main thread or from a call's thread."""
        if self._concurrency == 1:
            task = self._loop.create_task(_wait_for(awaitable))
            self._watch(call, task)
            return self._loop.run_until_complete(task)
        future = asyncio.run_coroutine_threadsafe(_wait_for(awaitable), self._loop)
        self._watch(call, future)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise asyncio.CancelledError() from None

    def _watch(self, call, task):
        if call is None:
            return
        call.task = task
        # It may have been cancelled before there was a task to cancel.
        if call.cancelled is not None:
            task.cancel()


_RESULTS = frozenset((dict, list, str, int, float, bool, bytes, type(None)))


async def _wait_for(awaitable):
    return await awaitable


def _error_frame(id_, error, limits):
    """An error as bytes, whatever was raised: no code of its own that fails keeps it from being told."""
    class_name = str(type(error).__name__)
    code = _asked(lambda: error.code and str(error.code), None)
    message = {
        "t": "error",
        "id": id_,
        "code": (code or class_name)[:_SHOWN],
        "message": _asked(lambda: str(error), "a %s whose text cannot be made" % class_name)[:_MAX_MESSAGE],
        "type": class_name[:_SHOWN],
        "stack": _asked(lambda: "".join(traceback.format_exception(type(error), error, error.__traceback__)), "")[
            -_MAX_STACK:
        ],
        "retryable": _asked(lambda: error.retryable is True, False),
    }
    # The error itself matters more than data that cannot travel.
    data, blobs, _ = _asked(lambda: encode_payload(error.data, "data"), ("null", (), ()))
    if not blobs and len(data) <= _MAX_DATA:
        message["data"] = json.loads(data)
    return encode_message(message, limits)


def _asked(ask, otherwise):
    try:
        return ask()
    except Exception:
        return otherwise


def _leave(why, code):
    sys.stderr.write("espalier worker: %s\n" % (why,))
    sys.stderr.flush()
    os._exit(code)


worker = Worker()
