import shutil

import pytest

from hatch_build import KINETICS, compile_kernel, compiler
from serein.clinical.kinetics import kernel


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """The compiled kernel: the installed one, else one built for this run; without a C compiler these tests have nothing to hold."""
    if kernel.compiled() is None:
        if compiler() is None:
            pytest.skip("no compiled kernel here and no C compiler to make one")
        made = tmp_path_factory.mktemp("kernel") / kernel.LIBRARY.name
        source = tmp_path_factory.mktemp("source") / "kernel.c"
        shutil.copy(kernel.LIBRARY.parents[3] / KINETICS / "kernel.c", source)
        assert compile_kernel(source, made)
        kernel.LIBRARY = made
        kernel.compiled.cache_clear()
    assert kernel.compiled() is not None
    return kernel.compiled()
