"""The build hook: the wheel, and an installed checkout, carry the knowledge as one file that was checked against its YAML, and, where there is a
C compiler, the kinetics kernel.

The kernel is never built at run time and never a condition: without a compiler, or with SEREIN_PURE=1, the same wheel comes out pure and NumPy
does the work. A wheel with it is tagged for the platform alone (py3-none-…): ctypes opens the kernel, which knows nothing of Python.
"""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KINETICS = Path("serein/clinical/kinetics")
FLAGS = ("-O3", "-std=gnu11", "-fPIC", "-ffp-contract=off", "-fno-math-errno", "-Wno-psabi")
VARIANTS = {"avx512": ("-mavx512f", "-mno-fma", "-mprefer-vector-width=512"), "avx2": ("-mavx2", "-mno-fma")}


def compiler() -> str | None:
    return next(
        (found for name in (os.environ.get("CC", ""), "cc", "gcc", "clang") if name and (found := shutil.which(name))), None
    )


def compile_kernel(source: Path, target: Path) -> bool:
    """Whether `target` was made. A compiler that cannot is no error: it says so and leaves a pure package."""
    cc = compiler()
    if cc is None:
        print("serein: no C compiler; the kinetics kernel is left out (NumPy does its work)")
        return False
    variants = VARIANTS if platform.machine() == "x86_64" else {}
    with tempfile.TemporaryDirectory() as folder:
        made, library = Path(folder), Path(folder) / target.name
        dispatch = ("-DDISPATCH",) if variants else ()
        units = {name: (*flags, f"-DVARIANT={name}") for name, flags in variants.items()}
        units["base"] = ("-DENTRY", "-DVARIANT=base", *dispatch)
        commands = [[cc, *FLAGS, *flags, "-c", str(source), "-o", str(made / f"{name}.o")] for name, flags in units.items()]
        commands.append([cc, "-shared", "-o", str(library), *(str(made / f"{name}.o") for name in units), "-lm"])
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the compiler, by its path
            if done.returncode:
                print(f"serein: the kinetics kernel is left out; the C compiler said: {done.stderr.strip()[:300]}")
                return False
        # Whole or not at all: a server that runs from this tree may have the old one open.
        beside = target.with_suffix(".new")
        shutil.copyfile(library, beside)
        beside.replace(target)
    return True


class CompileOnce(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Writes both files; knowledge that contradicts itself fails the build, a missing compiler does not."""
        self._knowledge(build_data)
        self._kernel(build_data)

    def _knowledge(self, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        try:
            from serein.clinical.knowledge.library import write_compiled

            written = write_compiled()
        finally:
            sys.path.remove(self.root)
        build_data["artifacts"].append(str(Path(written).relative_to(self.root)))

    def _kernel(self, build_data: dict[str, Any]) -> None:
        folder = Path(self.root) / KINETICS
        target = folder / "kernel.shared"
        if os.environ.get("SEREIN_PURE") == "1" or not compile_kernel(folder / "kernel.c", target):
            target.unlink(missing_ok=True)  # of an earlier build: a pure wheel must not carry it
            return
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
        build_data["artifacts"].append(str(KINETICS / target.name))
