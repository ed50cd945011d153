import sys

from serein.interfaces.cli.main import main

sys.exit(main())
