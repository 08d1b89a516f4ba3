"""Files of an upload are named, one after the other, and told as stored or not."""

import json
from pathlib import Path

from api.imaging.stored import InstanceName, names_of, store_response
from tests.support.images import sample

PLACE = "https://ward.example.org/api/v1/patients/1/dicomweb"


def test_each_file_of_an_upload_is_named_though_one_is_none(tmp_path: Path) -> None:
    files = [sample(), b"%PDF not an image", sample("MR_small.dcm")]
    whole = tmp_path / "upload.part"
    whole.write_bytes(b"".join(files))
    first, none, last = names_of(whole, [len(one) for one in files])
    assert first.sop_class == "1.2.840.10008.5.1.4.1.1.2"
    assert none == InstanceName()
    assert last.instance == "1.3.6.1.4.1.5962.1.1.4.1.1.20040826185059.5457"


def test_an_answer_names_what_was_stored_and_what_was_not() -> None:
    names = [InstanceName(sop_class="1.2", instance="1.3", study="1.4", series="1.5")]
    stored = json.loads(store_response(names, PLACE, stored=True))
    [one] = stored["00081199"]["Value"]
    assert one["00081190"]["Value"] == [f"{PLACE}/studies/1.4/series/1.5/instances/1.3"]
    assert stored["00081190"]["Value"] == [f"{PLACE}/studies/1.4"]
    refused = json.loads(store_response([*names, InstanceName()], PLACE, stored=False))
    assert "00081190" not in refused
    assert len(refused["00081198"]["Value"]) == 2
