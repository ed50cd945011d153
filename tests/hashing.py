"""The product's own password hash with a small work factor: dozens of people sign up in every run of the tests."""

from django.contrib.auth.hashers import ScryptPasswordHasher


class QuickScrypt(ScryptPasswordHasher):
    work_factor = 2**4
