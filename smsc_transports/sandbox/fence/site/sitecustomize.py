"""Run by every Python that starts with this folder on PYTHONPATH: leads it to the sandbox.

The Python may be any, so this file can be read by all of them, and needs nothing but itself and
the folder beside it. A program whose fence fails must not run.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _put_up():  # type: () -> None
    try:
        if sys.version_info < (3, 6):  # noqa: UP036
            raise RuntimeError("the sandbox needs Python 3.6 or newer")
        import importlib

        importlib.import_module("smsc_fence").start()
    except BaseException as error:
        why = "smsc sandbox: %s is not started, it could not be fenced: %r\n"
        sys.stderr.write(why % (sys.executable, error))
        sys.stderr.flush()
        os._exit(70)


def _run_the_programs_own():  # type: () -> None
    """Run the sitecustomize that this one stands in front of, if there is one."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    others = [path for path in sys.path if os.path.abspath(path) != _HERE]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(module)


# Without the variable this file is only imported, not used as a fence.
if os.environ.get("SMSC_SANDBOX_FENCE"):
    _put_up()
    _run_the_programs_own()
