"""A FHIR R4 Bundle as an index: what is in it, and what refers to what."""

from dataclasses import dataclass
from typing import Any

from serein.interfaces.translate import strict_json
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.node import Node, Trace, kind_of

MOST_ENTRIES = 50_000


@dataclass(frozen=True, eq=False)
class Entry:
    """One resource of the bundle. `reference` is its name in everything that Serein says about it."""

    number: int
    kind: str
    id: str
    full_url: str
    node: Node

    @property
    def reference(self) -> str:
        if self.id:
            return f"{self.kind}/{self.id}"
        return self.full_url or f"Bundle.entry[{self.number}]"

    def skip(self, why: str) -> None:
        """List the whole resource once instead of every field of it."""
        self.node.forget()
        self.node.trace.doubt(self.kind, why, self.node.path)


@dataclass(frozen=True, eq=False)
class Bundle:
    """All entries in their order, and `names`: every way to refer to one of them."""

    entries: tuple[Entry, ...]
    names: dict[str, Entry]
    trace: Trace

    def of(self, kind: str) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if e.kind == kind)

    def found(self, reference: str) -> Entry | None:
        """The entry a reference means: by fullUrl, relative (`Type/id`), absolute or versioned; None when it is not in the bundle."""
        plain = reference.partition("/_history/")[0]
        kind, _, last = "/".join(plain.split("/")[-2:]).rpartition("/")
        by_uuid = self.names.get(f"urn:uuid:{last}")
        return (
            self.names.get(plain) or self.names.get(f"{kind}/{last}") or (by_uuid if by_uuid and by_uuid.kind == kind else None)
        )


def read_bundle(data: bytes | str | dict[str, Any]) -> Bundle:
    """Index a bundle given as JSON text or as an already parsed tree without floats. Raises BadInput, never anything else."""
    if isinstance(data, dict):
        strict_json.check_tree(data)
        tree: Any = data
    else:
        tree = strict_json.parse(data)
    if not isinstance(tree, dict):
        raise BadInput("", f"expected a FHIR Bundle, found {kind_of(tree)}")
    trace = Trace()
    root = Node(tree, "Bundle", "Bundle", trace)
    if root.text("resourceType") != "Bundle":
        raise BadInput("resourceType", f"expected Bundle, found {root.text('resourceType') or 'nothing'}")
    root.skip("type", "timestamp", "total", "link", "identifier", "signature")
    entries = [e for i, node in enumerate(_entry_nodes(root)) if (e := _entry(i, node, trace)) is not None]
    return Bundle(*_named(entries), trace)


def _entry_nodes(root: Node) -> list[Node]:
    value = root.raw("entry")
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInput("entry", f"expected a list, found {kind_of(value)}")
    if len(value) > MOST_ENTRIES:
        raise BadInput("entry", f"more than {MOST_ENTRIES} entries")
    return [Node(item, f"entry[{i}]", "Bundle.entry", root.trace) for i, item in enumerate(value)]


def _entry(number: int, node: Node, trace: Trace) -> Entry | None:
    node.skip("search", "link", "response")
    full_url = node.text("fullUrl")
    if _is_deletion(node) or not node.has("resource"):
        node.forget()
        trace.doubt("Bundle.entry", "holds no resource to read", node.path)
        return None
    resource = node.raw("resource")
    where = f"{node.path}.resource"
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(resource, dict) or not isinstance(kind, str) or not kind.isalpha() or len(kind) > 64:
        raise BadInput(where, "expected a FHIR resource with a resourceType")
    inner = Node(resource, where, kind, trace)
    return Entry(number, kind, inner.text("id"), full_url, inner)


def _is_deletion(node: Node) -> bool:
    request = node.child("request")
    if request is None:
        return False
    request.skip("url", "ifNoneExist", "ifMatch", "ifNoneMatch", "ifModifiedSince")
    return request.text("method") == "DELETE"


def _named(entries: list[Entry]) -> tuple[tuple[Entry, ...], dict[str, Entry]]:
    names: dict[str, Entry] = {}
    kept: list[Entry] = []
    for entry in entries:
        own = {name for name in (entry.full_url, f"{entry.kind}/{entry.id}" if entry.id else "") if name}
        twin = next((names[name] for name in own if name in names), None)
        if twin is None:
            names.update(dict.fromkeys(own, entry))
            kept.append(entry)
        elif twin.node.same_as(entry.node):
            # The same resource twice in one bundle is one fact: counting it twice would double a dose.
            entry.skip("stands in the bundle twice; read once")
        else:
            raise BadInput(entry.node.path, f"has the name of {twin.node.path} and other content")
    return tuple(kept), names
