"""Where the master key comes from, and what is refused."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.security.master_key import MasterKeyError, master_key_from_environment, master_key_from_file

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY).decode()


class TestFile:
    def test_the_first_use_makes_one_that_only_the_owner_reads(self, tmp_path: Path) -> None:
        path = tmp_path / "keys" / "master.key"
        key = master_key_from_file(path, create=True)

        assert len(key) == 32
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [file.name for file in path.parent.iterdir()] == ["master.key"]

    def test_later_uses_read_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "master.key"

        assert master_key_from_file(path, create=True) == master_key_from_file(path, create=True)
        assert master_key_from_file(path, create=True) == master_key_from_file(path, create=False)

    def test_two_first_uses_at_once_get_one_key(self, tmp_path: Path) -> None:
        path = tmp_path / "master.key"
        with ThreadPoolExecutor(16) as pool:
            keys = set(pool.map(lambda _: master_key_from_file(path, create=True), range(64)))

        assert len(keys) == 1
        assert [file.name for file in tmp_path.iterdir()] == ["master.key"]

    def test_keys_differ(self, tmp_path: Path) -> None:
        keys = {master_key_from_file(tmp_path / str(number), create=True) for number in range(10)}

        assert len(keys) == 10

    def test_a_missing_file_is_not_made_unasked(self, tmp_path: Path) -> None:
        with pytest.raises(MasterKeyError, match="cannot be read"):
            master_key_from_file(tmp_path / "master.key", create=False)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("mode", [0o644, 0o604, 0o620, 0o666])
    def test_a_file_open_to_others_is_refused(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "master.key"
        path.write_text(TEXT)
        path.chmod(mode)

        with pytest.raises(MasterKeyError, match="chmod 600"):
            master_key_from_file(path, create=True)

    @pytest.mark.parametrize("mode", [0o600, 0o400, 0o440])
    def test_a_mounted_secret_may_be_read_by_its_group(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "master.key"
        path.write_text(TEXT + "\n")
        path.chmod(mode)

        assert master_key_from_file(path, create=False) == KEY

    @pytest.mark.parametrize("text", ["", "short", TEXT[:-4], TEXT + "AAAA", "ک" * 44])
    def test_other_content_is_refused(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "master.key"
        path.write_text(text)
        path.chmod(0o600)

        with pytest.raises(MasterKeyError, match=r"master\.key"):
            master_key_from_file(path, create=True)


class TestEnvironment:
    def test_base64_of_32_bytes(self) -> None:
        assert master_key_from_environment({"PEYVAND_MASTER_KEY": f" {TEXT}\n"}, "PEYVAND_MASTER_KEY") == KEY

    def test_an_unset_variable_is_named(self) -> None:
        with pytest.raises(MasterKeyError, match="PEYVAND_MASTER_KEY is not set"):
            master_key_from_environment({}, "PEYVAND_MASTER_KEY")

    @pytest.mark.parametrize("text", ["", "c2hvcnQ=", "!" * 44, TEXT + TEXT])
    def test_other_content_is_refused_without_being_repeated(self, text: str) -> None:
        with pytest.raises(MasterKeyError, match="PEYVAND_MASTER_KEY") as caught:
            master_key_from_environment({"PEYVAND_MASTER_KEY": text}, "PEYVAND_MASTER_KEY")
        assert not text or text not in str(caught.value)
