"""Every hook and every public name is described with its exact signature, and has a test."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, Dict, List

import pytest

import smsc_transports
from smsc_transports import testing
from smsc_transports.plugins import hookspecs
from smsc_transports.plugins.manager import PluginManager

ROOT = Path(__file__).parents[2]
README = (ROOT / "smsc_transports" / "plugins" / "README.md").read_text(encoding="utf-8")
HOOKS = [name for name in vars(hookspecs) if name.startswith("smsc_")]
PUBLIC: Dict[str, Any] = {
    name: getattr(home, name) for home in (smsc_transports, testing) for name in home.__all__
}
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


def signature(name: str, function: Any) -> str:
    """Write a call with the names of its arguments: ``Reply.with_values(values)``."""
    shown = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        shown.append(("**" if parameter.kind is parameter.VAR_KEYWORD else "") + parameter.name)
    return f"{name}({', '.join(shown)})"


def methods_of(owner: type) -> List[str]:
    """Name what a class itself offers to be called, tests and their fixtures apart."""
    return [
        name
        for name, value in vars(owner).items()
        if inspect.isfunction(value)
        and not name.startswith(("_", "test_"))
        and not (owner is testing.TransportContract and name in ("transport", "peer"))
    ]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_stands_in_the_readme_with_its_signature(name: str) -> None:
    if name == "hookimpl":  # a marker with options for pluggy; used without them
        assert "`hookimpl(function)`" in README
    elif name == "MessageStatus":  # called to look up a member; its signature makes whole enums
        assert "`MessageStatus(value)`" in README
    else:
        assert f"`{signature(name, PUBLIC[name])}`" in README


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (owner, method)
        for owner in PUBLIC.values()
        if inspect.isclass(owner)
        for method in methods_of(owner)
        if not (issubclass(owner, testing.HttpPeer) and hasattr(testing.Peer, method))
    ]
    + [(PluginManager, "register"), (PluginManager, "unregister")],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_every_public_method_stands_in_the_readme_with_its_signature(
    owner: type, method: str
) -> None:
    assert f"`{signature(f'{owner.__name__}.{method}', getattr(owner, method))}`" in README


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_explains_itself(name: str) -> None:
    assert len((PUBLIC[name].__doc__ or "").split()) > 2


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_stands_in_the_readme_with_its_signature_and_an_example(hook: str) -> None:
    row = next(
        line
        for line in README.splitlines()
        if line.startswith(f"| `{signature(hook, getattr(hookspecs, hook))}` |")
    )
    [example] = re.findall(r"`(\w+\.py)`", row)
    source = (ROOT / "legacy_examples" / example).read_text(encoding="utf-8")
    assert f"@hookimpl\ndef {hook}(" in source


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test_named_after_it(hook: str) -> None:
    assert f"\ndef test_{hook}_" in TESTS


@pytest.mark.parametrize("hook", HOOKS)
def test_the_docstring_of_a_hook_keeps_its_order(hook: str) -> None:
    """One sentence, when and how often, a plugin, arguments, what to return, what if it raises."""
    function = getattr(hookspecs, hook)
    text = inspect.getdoc(function) or ""
    first, when, plugin, *rest = text.split("\n\n")
    assert re.fullmatch(r"[A-Z][^.\n]*\.", first), "one imperative sentence"
    assert when.startswith("Called ")
    assert when.endswith("::"), "then a plugin as it stands in its file"
    assert plugin.startswith("    # ")
    headings = [part.split("\n")[0] for part in rest if not part.startswith("    ")]
    arguments = ["Args:"] if inspect.signature(function).parameters else []
    assert headings[:-1] == [*arguments, "Returns:"]
    assert re.match("An exception |Whatever it raises ", headings[-1])


@pytest.mark.parametrize("hook", HOOKS)
def test_the_docstring_of_a_hook_names_every_argument(hook: str) -> None:
    function = getattr(hookspecs, hook)
    for name in inspect.signature(function).parameters:
        assert f"\n    {name}: " in (inspect.getdoc(function) or "")


def test_the_docstring_of_the_contract_shows_the_test_of_the_readme() -> None:
    shown = inspect.cleandoc((testing.__doc__ or "").split("::", 1)[1]).strip()
    assert f"```python\n{shown}\n```" in README.replace("\n\n\n", "\n\n")
