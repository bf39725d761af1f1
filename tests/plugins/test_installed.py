"""A plugin is found wherever importlib.metadata would find it, and only then is that imported."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any, Callable, Iterable

import pytest

from smsc_transports import plugin_manager
from smsc_transports.plugins.discovery import find_plugins

pytestmark = pytest.mark.usefixtures("fresh_plugins")

GOOD = Path(__file__).parent / "data" / "good"
METADATA = GOOD / "pigeon_post-1.2.dist-info"
GROUP = "smsc_transports"

OURS = "[console_scripts]\nsmsc = smsc_transports.cli.main:main\n"


def in_a_folder(place: Path) -> Path:
    shutil.copytree(str(GOOD), str(place / "site"))
    return place / "site"


def as_egg_info(place: Path) -> Path:
    folder = in_a_folder(place)
    (folder / METADATA.name).rename(folder / "pigeon_post.egg-info")
    (folder / "pigeon_post.egg-info" / "METADATA").rename(
        folder / "pigeon_post.egg-info" / "PKG-INFO"
    )
    return folder


def as_an_egg(place: Path) -> Path:
    folder = place / "pigeon_post-1.2.egg"
    in_a_folder(place).rename(folder)
    (folder / METADATA.name).rename(folder / "EGG-INFO")
    (folder / "EGG-INFO" / "METADATA").rename(folder / "EGG-INFO" / "PKG-INFO")
    return folder


def in_an_archive(place: Path) -> Path:
    archive = place / "pigeon_post-1.2-py3-none-any.whl"
    with zipfile.ZipFile(str(archive), "w") as opened:
        for path in GOOD.rglob("*"):
            opened.write(str(path), str(path.relative_to(GOOD)))
    return archive


@pytest.mark.parametrize("made", [in_a_folder, as_egg_info, as_an_egg, in_an_archive])
def test_a_plugin_is_found_however_it_is_installed(
    made: Callable[[Path], Path], tmp_path: Path, on_path: Callable[..., None]
) -> None:
    on_path(made(tmp_path))
    plugin_manager().scan()
    assert "pigeon" in plugin_manager().transports()


def test_a_plugin_that_an_importer_of_the_program_knows_is_found(
    monkeypatch: pytest.MonkeyPatch, on_path: Callable[..., None], tmp_path: Path
) -> None:
    elsewhere = in_a_folder(tmp_path)

    class Importer:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            return None

        def find_distributions(self, context: Any) -> Iterable[importlib.metadata.Distribution]:
            return [importlib.metadata.PathDistribution(elsewhere / METADATA.name)]

    (elsewhere / "pigeon_plugin.py").rename(tmp_path / "pigeon_plugin.py")
    on_path(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Importer()])
    plugin_manager().scan()
    assert "pigeon" in plugin_manager().transports()


@pytest.mark.parametrize("folder", ["there is none", ""])
def test_a_path_without_plugins_has_none(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "smsc_transports-1.0.dist-info"
    own.mkdir()
    (own / "entry_points.txt").write_text(OURS)
    (tmp_path / "old.egg-info").write_text("Name: old\n")
    (tmp_path / "torn.dist-info").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), folder])
    assert list(find_plugins()) == []
