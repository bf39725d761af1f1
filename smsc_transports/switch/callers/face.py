"""What a program sees of the file that it imports: a vendor copy, ours, or one not at hand."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import FrozenSet, Mapping, Optional, Tuple

from smsc_transports.switch.copies.constants import DEFAULTS, LITERAL
from smsc_transports.switch.copies.method_edits import SIGNATURES
from smsc_transports.switch.copies.results import Result
from smsc_transports.switch.files.source import Source
from smsc_transports.switch.files.syntax import bound_names, methods
from smsc_transports.switch.replacement import NEW_SETTINGS, PUBLIC
from smsc_transports.switch.vendor_copy import VendorCopy

OUR_METHODS = frozenset(SIGNATURES)


@dataclass(frozen=True, eq=False)
class Face:
    """One file that gives programs the class.

    ``path`` is None for a file that was not found, such as one that is installed; ``copy`` is
    what was read of a vendor copy, None for ours and for one not found. ``carried`` are the
    names and methods that the owner added and that stay with our file; ``lost`` those that do not.
    """

    path: Optional[Path] = None
    class_name: str = "SMSC"
    copy: Optional[VendorCopy] = field(default=None, repr=False)
    carried: FrozenSet[str] = frozenset()
    lost: FrozenSet[str] = frozenset()

    @property
    def is_replaced(self) -> bool:
        """Our file is in the place already."""
        return self.path is not None and self.copy is None

    @property
    def results(self) -> Mapping[str, Result]:
        """What methods give in the place of the vendor's reply."""
        return self.copy.results if self.copy else {}

    @property
    def raises_network_errors(self) -> bool:
        """The copy lets network errors through, as ours does not."""
        return self.copy is not None and self.copy.reading.behaviour.raises

    @property
    def posts(self) -> bool:
        """The copy surely sends by POST, which bears more than a GET."""
        post = self.copy.constants.get("SMSC_POST") if self.copy else None
        return post is not None and post.origin == LITERAL and not post.is_default

    @property
    def own_names(self) -> Tuple[str, ...]:
        """The names of the file and its class, as far as they are not the vendor's."""
        names = (self.path.stem if self.path else "", self.class_name)
        return tuple(name for name in names if name and "smsc" not in name.lower())

    def parameters(self, method: str) -> Tuple[str, ...]:
        """Give the parameters of a method as programs know them."""
        if self.copy and method in self.copy.parameters:
            return self.copy.parameters[method]
        return tuple(SIGNATURES.get(method, ()))

    def has_with_us(self, name: str) -> bool:
        """Tell whether a name of the module is there with our file too."""
        return name in PUBLIC | set(NEW_SETTINGS) | self.carried or name == self.class_name

    def lacks_today(self, name: str) -> bool:
        """Tell a name that the copy does not give: the program fails there already."""
        return self.copy is not None and not self.has_with_us(name) and name not in self.lost

    def has_method_with_us(self, name: str) -> bool:
        """Tell whether a method or attribute of the class is there with our file too."""
        return name in OUR_METHODS | self.carried | set(DEFAULTS) or name.startswith("__")


def face_of_copy(copy: VendorCopy) -> Face:
    """Give what programs see of a vendor copy."""
    additions = copy.reading.additions
    lost = frozenset(name for one in additions if one.obstacle for name in one.names)
    return Face(copy.path, copy.class_name, copy, copy.names - lost, lost)


def face_of_ours(source: Source) -> Face:
    """Give what programs see of our file with whatever its owner added."""
    names = {name for statement in source.tree.body for name in bound_names(statement)}
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "SMSC":
            names |= set(methods(node))
    carried = {name for name in names if name == "__init__" or not name.startswith("_")}
    return Face(source.path, carried=frozenset(carried))
