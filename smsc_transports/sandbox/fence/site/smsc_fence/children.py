"""Programs that this one starts are fenced too, also with an environment of their own."""

import os
import re
import sys
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .plan import VARIABLE, Plan, current, environment

_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*(?:\.exe)?\Z")
_SHELLS = ("sh", "bash", "dash", "zsh", "ksh")
# In the words of a command: PYTHONPATH taken away, or another in its place.
_CLEARED = re.compile(r"(?:^|[ ;&/])env (?:\S+ )*?(?:-|-i|--ignore-environment|-u ?PYTHONPATH|"
                      r"--unset=PYTHONPATH) |(?:^|[ ;&])unset (?:\S+ )*PYTHONPATH\b|"
                      r"(?:^|[ ;&])PYTHONPATH=(?!\S*\$\{?PYTHONPATH)")  # fmt: skip
# These start Python with an environment that is not ours, or on another machine.
_ELSEWHERE = re.compile(r"(?:^|[ ;&/])(?:sudo|doas|ssh|docker|docker-compose|podman|kubectl) ")
_ADDRESS = re.compile(r"\w+://(?:[^/@\s]*@)?([\w.-]+)|(?<![\w./@-])([\w.-]+)(?::\d+)?/|@([\w.-]+)")
_MAPPING, _LIST = 2, 5  # where a function takes the environment, and as what
_genuine: Dict[Tuple[Any, str], Any] = {}


def why_unfenced(command: Sequence[Any]) -> str:
    """Say why no fence can be put up in a command; "" where nothing is seen against it."""
    words = _decoded(command)
    python = _first_python(words)
    before = " ".join(words[:python]) + " "
    if _CLEARED.search(before) or (python is not None and _ELSEWHERE.search(before)):
        return "it is given no PYTHONPATH, or another, by which the sandbox reaches a program"
    for position, word in enumerate(words):
        if position and words[position - 1] == "-c":
            if os.path.basename(words[0]) in _SHELLS:
                return why_unfenced(word.split())
            return ""
        if _PYTHON.match(os.path.basename(word)):
            option = _ignoring_option(words[position + 1 :])
            if option:
                shown = f"{os.path.basename(word)} {option}"
                return f"'{shown}' ignores PYTHONPATH, by which the sandbox reaches a program"
    return ""


def why_refused(executable: Any, command: Sequence[Any], plan: Optional[Plan] = None) -> str:
    """Say why a program must not be started; "" where nothing is seen against it."""
    words = _decoded(command)
    if executable:  # the first word is only what the program is to be called
        words[:1] = _decoded([executable])
    interpreter = first_line(words[0]) if words else []
    reason = why_unfenced(words) or why_unfenced(interpreter)
    plan = plan or current()
    if reason or plan is None or _first_python([*interpreter, *words]) is not None:
        return reason
    for match in _ADDRESS.finditer(" ".join(words)):
        host = next(filter(None, match.groups()))
        if plan.rank(host) is not None:
            return f"{os.path.basename(words[0])} is no Python, and is to reach {host}"
    return ""


def first_line(program: str) -> List[str]:
    """The words of a script's ``#!`` line."""
    import shutil

    path = shutil.which(program)
    try:
        with open(path or os.devnull, "rb") as file:
            line = file.readline(1024)
    except OSError:
        return []
    return line[2:].decode("utf-8", "replace").split() if line.startswith(b"#!") else []


def _decoded(command: Sequence[Any]) -> List[str]:
    return [os.fsdecode(word) for word in command if isinstance(word, (str, bytes, os.PathLike))]


def _first_python(words: Sequence[str]) -> Optional[int]:
    """The place of the first word that names Python, be it in a command for a shell."""
    for position, word in enumerate(words):
        if any(_PYTHON.match(os.path.basename(part)) for part in word.split()):
            return position if _PYTHON.match(os.path.basename(word)) else position + 1
    return None


def _ignoring_option(words: Sequence[str]) -> str:
    """The option among Python's own that keeps it from reading PYTHONPATH or sitecustomize."""
    takes_value = False
    for word in words:
        if takes_value:
            takes_value = False
            continue
        if not word.startswith("-") or word in ("-", "--"):
            break
        if word.startswith("--"):
            takes_value = word == "--check-hash-based-pycs"
            continue
        for position, letter in enumerate(word[1:], 2):
            if letter in "IES":
                return word
            if letter in "cm":
                return ""
            if letter in "WX":
                takes_value = position == len(word)
                break
    return ""


def put_up() -> None:
    """Stand before the functions that start a program."""
    replacements: List[Tuple[Any, str, Any]] = [
        (os, "execv", _execv),
        (os, "execve", _with_environment(_MAPPING)),
        (os, "posix_spawn", _with_environment(_MAPPING)),
        (os, "posix_spawnp", _with_environment(_MAPPING)),
        (os, "system", _system),
    ]
    try:
        import _posixsubprocess
    except ImportError:  # not on this system
        pass
    else:
        # Used by subprocess, under one of two names, and by multiprocessing.
        replacements.append((_posixsubprocess, "fork_exec", _with_environment(_LIST)))
        replacements.append((sys.modules.get("subprocess"), "_fork_exec", _with_environment(_LIST)))
    for owner, name, make in replacements:
        if hasattr(owner, name):
            _genuine[owner, name] = getattr(owner, name)
            setattr(owner, name, make(_genuine[owner, name]))


def take_down() -> None:
    """Give all functions their place back."""
    while _genuine:
        (owner, name), function = _genuine.popitem()
        setattr(owner, name, function)


def _with_environment(position: int) -> Any:
    def make(genuine: Any) -> Any:
        def start(*args: Any, **options: Any) -> Any:
            if len(args) > position:
                given = args[position]
                if given is None and position == _MAPPING:  # subprocess of Python 3.13
                    given = os.environ
                args = (*args[:position], _fenced(given), *args[position + 1 :])
            elif "env" in options:
                options["env"] = _fenced(options["env"])
            return genuine(*args, **options)

        return start

    return make


def _execv(_genuine_execv: Any) -> Any:
    def execv(path: Any, argv: Any) -> Any:
        return os.execve(path, argv, os.environ)

    return execv


def _system(genuine: Any) -> Any:
    def system(command: Any) -> Any:
        if _is_fenced(os.environ):
            return genuine(command)
        kept = dict(os.environ)
        try:
            os.environ.update(_fenced(kept))
            return genuine(command)
        finally:
            os.environ.clear()
            os.environ.update(kept)

    return system


def _fenced(given: Any) -> Any:
    """The environment for a child: a mapping, or a list of ``name=value`` as bytes, or None."""
    plan = current()
    if plan is None:
        return given
    if given is None:
        if _is_fenced(os.environ):
            return None
        given = [name + b"=" + value for name, value in os.environb.items()]
    if isinstance(given, (list, tuple)):
        pairs = [item.partition(b"=") for item in given]
        texts = {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
        made = environment(texts, plan)
        return [os.fsencode(name) + b"=" + os.fsencode(value) for name, value in made.items()]
    texts = {os.fsdecode(name): os.fsdecode(value) for name, value in given.items()}
    return environment(texts, plan)


def _is_fenced(environ: Mapping[str, str]) -> bool:
    plan = current()
    if plan is None or environ.get(VARIABLE) is None:
        return False
    made: Optional[Dict[str, str]] = environment(environ, plan)
    return made == dict(environ)
