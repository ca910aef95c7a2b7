"""Words of libraries that recognise devices (manual section 3.1): 51Degrees, DeviceAtlas, WURFL."""

from __future__ import annotations

from steelyard.config.grammar.global_tuning import SWITCH
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import ArgType, Int, OneOf, Text
from steelyard.config.statement import Statement

_WHY = "it needs a library for recognising devices, and none is built in"


def _list(statement: Statement) -> None:
    if not statement.args:
        statement.missing("at least one word")


def _device(name: str, doc: str, *args: ArgType) -> Row:
    return Row(name, Where.GLOBAL, doc, args, parse=None if args else _list, effect="refused", why=_WHY)


_PATH = Text("<file>")
_CHAR = Text("<character>")

ROWS = (
    _device("51degrees-allow-unmatched", "Unknown devices are taken for the nearest one.", SWITCH),
    _device("51degrees-cache-size", "Devices that are remembered.", Int()),
    _device("51degrees-data-file", "File of devices.", _PATH),
    _device("51degrees-difference", "How much a device may differ.", Int()),
    _device("51degrees-drift", "How far a match may drift.", Int()),
    _device("51degrees-property-name-list", "What is told of a device."),
    _device("51degrees-property-separator", "Stands between properties.", _CHAR),
    _device("51degrees-use-performance-graph", "Devices are looked up fast.", SWITCH),
    _device("51degrees-use-predictive-graph", "Devices are guessed.", SWITCH),
    _device("deviceatlas-json-file", "File of devices.", _PATH),
    _device("deviceatlas-log-level", "How much the library tells.", Int()),
    _device("deviceatlas-properties-cookie", "Cookie with what a client says of its device.", Text("<name>")),
    _device("deviceatlas-separator", "Stands between properties.", _CHAR),
    _device("wurfl-cache-size", "Devices that are remembered.", Int()),
    _device("wurfl-data-file", "File of devices.", _PATH),
    _device("wurfl-engine-mode", "How devices are looked up.", OneOf(("accuracy", "performance"))),
    _device("wurfl-information-list", "What is told of a device."),
    _device("wurfl-information-list-separator", "Stands between properties.", _CHAR),
    _device("wurfl-patch-file", "Further files of devices."),
    _device("wurfl-useragent-priority", "Which header tells the device.", OneOf(("plain", "sideloaded_browser"))),
)
