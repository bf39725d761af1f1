"""The type stubs of smsc_api say what the module is."""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

import smsc_api

ROOT = Path(__file__).parents[1]
STUB = ROOT / "smsc_transports" / "stubs" / "__init__.pyi"
BODY = ast.parse(STUB.read_text("utf-8")).body

NEW_SETTINGS = {"SMSC_HOST", "SMSC_TRANSPORT", "SMSC_FAILOVER", "SMSC_TIMEOUT", "SMSC_DEADLINE",
                "SMSC_SLOTS", "SMSC_QUEUE"}  # fmt: skip

Parameters = List[Tuple[str, Any]]


def _parameters_of(function: ast.FunctionDef) -> Parameters:
    names = [argument.arg for argument in function.args.args]
    defaults = [ast.literal_eval(default) for default in function.args.defaults]
    required = [inspect.Parameter.empty] * (len(names) - len(defaults))
    return list(zip(names, [*required, *defaults]))


def _functions(body: List[ast.stmt]) -> Dict[str, Parameters]:
    return {node.name: _parameters_of(node) for node in body if isinstance(node, ast.FunctionDef)}


def _settings() -> List[str]:
    return [
        node.target.id
        for node in BODY
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


def _signature(function: Any) -> Parameters:
    parameters = inspect.signature(function).parameters.values()
    return [(parameter.name, parameter.default) for parameter in parameters]


def test_the_stub_offers_exactly_the_star_names() -> None:
    (names,) = (node.value for node in BODY if isinstance(node, ast.Assign) and _is_all(node))
    assert ast.literal_eval(names) == smsc_api.__all__


def _is_all(node: ast.Assign) -> bool:
    return [getattr(target, "id", "") for target in node.targets] == ["__all__"]


def test_the_stub_declares_every_setting_and_no_other() -> None:
    present = {name for name in vars(smsc_api) if name.startswith(("SMSC_", "SMTP_"))}
    assert set(_settings()) == present
    assert present >= NEW_SETTINGS


def test_every_method_has_the_same_parameters_and_defaults_in_the_stub() -> None:
    (gateway,) = (node for node in BODY if isinstance(node, ast.ClassDef))
    declared = _functions(gateway.body)
    methods = {name: f for name, f in vars(smsc_api.SMSC).items() if inspect.isfunction(f)}
    assert declared == {name: _signature(method) for name, method in methods.items()}


def test_the_function_ifs_has_the_same_parameters_in_the_stub() -> None:
    assert _functions(BODY) == {"ifs": _signature(smsc_api.ifs)}


@pytest.mark.slow
def test_the_stub_passes_mypys_own_comparison_with_the_module(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    shutil.copy(STUB, tmp_path / "smsc_api.pyi")
    search = os.pathsep.join([str(tmp_path), str(ROOT)])
    compared = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "smsc_api"],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": search},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert compared.returncode == 0, compared.stdout + compared.stderr
