"""`python -m serein.clinical.knowledge`: writes the compiled file anew; `make knowledge` calls it."""

from serein.clinical.knowledge.library import write_compiled

if __name__ == "__main__":
    print(write_compiled())
