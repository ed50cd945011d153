"""The only room that knows everything: settings, addresses, the embedded database and the process tree."""

import zoneinfo

# A dose day depends on the zone's rules, so the pinned `tzdata` package decides, never what this machine happens to carry.
zoneinfo.reset_tzpath(to=())
