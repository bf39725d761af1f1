"""Commands and links that the front page and the guides show exist."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path
from typing import Any, Iterator

import pytest

from smsc_transports.cli.main import main

from .guides import ALL, GUIDES

CODE = "\n".join(
    re.findall(r"```(?:sh|console)\n(.*?)```", ALL, re.DOTALL) + re.findall("`([^`]+)`", ALL)
)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"\bsmsc ([a-z]+)\b", CODE))))
def test_every_command_that_is_named_exists(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: smsc {command}" in capsys.readouterr().out


def commands() -> Iterator[str]:
    """Every command line of ours that a block for a shell shows, without what the shell does."""
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", ALL, re.DOTALL):
        for line in re.split(r"\n|&&", block):
            command = re.match(r"(?:\$ )?(?:\w+=\S+ )*(?:\.venv/bin/)?(smsc [^<&]*)", line.strip())
            if command:
                yield command[1]


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_every_command_line_that_is_shown_is_understood(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = []
    genuine = argparse.ArgumentParser.parse_args

    def parse(self: argparse.ArgumentParser, *arguments: Any) -> argparse.Namespace:
        found: argparse.Namespace = genuine(self, *arguments)
        parsed.append(found)
        found.run = lambda _: 0
        return found

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    [_, *words] = shlex.split(line, comments=True)
    assert main(words) == 0
    assert parsed


LINKS = [
    (guide, link)
    for guide in GUIDES
    for link in re.findall(r"\]\(([^)\s]+)\)", guide.read_text(encoding="utf-8"))
    if "://" not in link
]


@pytest.mark.parametrize(
    ("guide", "link"), LINKS, ids=[f"{guide.parent.name}: {link}" for guide, link in LINKS]
)
def test_every_link_leads_to_a_file_and_a_heading(guide: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = (guide.parent / name) if name else guide
    assert target.is_file()
    if anchor:
        text = target.read_text(encoding="utf-8")
        assert anchor in [anchor_of(line) for line in re.findall(r"(?m)^#+ (.*)$", text)]


def anchor_of(heading: str) -> str:
    """Give the anchor of a heading as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
