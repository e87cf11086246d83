"""The recorded answers are those to today's questions: none is missing, none is left over, all are small."""

import pytest

from tests.oracles import (
    record_conv,
    record_functions,
    record_layers,
    record_normalization,
    record_practice,
    record_rearranging,
    record_windows,
)

RECORDS = (
    record_conv,
    record_functions,
    record_layers,
    record_normalization,
    record_practice,
    record_rearranging,
    record_windows,
)
ORACLES = [record.ORACLE for record in RECORDS]


@pytest.mark.parametrize("oracle", ORACLES, ids=lambda oracle: oracle.path.stem)
def test_record_and_questions_agree(oracle):
    assert set(oracle.recorded) == set(oracle.questions)
    assert oracle.path.stat().st_size < 200_000
