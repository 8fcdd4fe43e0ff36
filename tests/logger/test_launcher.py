"""Which rank a process is, from the variables that launchers set."""

import pytest

from prov4ml.launcher import Launch, detect_launch

SLURM_BATCH = {"SLURM_PROCID": "0", "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "4294967291", "SLURM_NTASKS": "1"}
OPEN_MPI = {
    "OMPI_COMM_WORLD_RANK": "3",
    "OMPI_COMM_WORLD_SIZE": "4",
    "PMIX_RANK": "3",
    "PMIX_NAMESPACE": "prterun-node-99@1",
}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Launch(None, 0, None, None, False)),
        ({"RANK": "2"}, Launch(None, 0, None, None, False)),
        ({"RANK": "x", "WORLD_SIZE": "4"}, Launch(None, 0, None, None, False)),
        (
            {"RANK": "2", "WORLD_SIZE": "4", "TORCHELASTIC_RUN_ID": "job"},
            Launch("torchrun", 2, 4, "TORCHELASTIC_RUN_ID:job", False),
        ),
        (
            {
                "RANK": "2",
                "WORLD_SIZE": "4",
                "TORCHELASTIC_RUN_ID": "none",
                "MASTER_ADDR": "node",
                "MASTER_PORT": "29500",
            },
            Launch("torchrun", 2, 4, "address:node:29500", True),
        ),
        (
            {"RANK": "2", "WORLD_SIZE": "4", "TORCHELASTIC_RUN_ID": "none", **SLURM_BATCH},
            Launch("torchrun", 2, 4, "slurm:7.4294967291.0", False),
        ),
        (OPEN_MPI, Launch("openmpi", 3, 4, "pmix:prterun-node-99@1.0", False)),
        ({**OPEN_MPI, **SLURM_BATCH}, Launch("openmpi", 3, 4, "pmix:prterun-node-99@1.0", False)),
        (
            {
                "PMIX_RANK": "1",
                "PMIX_NAMESPACE": "slurm.pmix.7.0",
                "SLURM_NTASKS": "2",
                "SLURM_RESTART_COUNT": "1",
            },
            Launch("pmix", 1, 2, "pmix:slurm.pmix.7.0.1", False),
        ),
        ({"PMI_RANK": "1", "PMI_SIZE": "2"}, Launch("pmi", 1, 2, None, False)),
        ({"PALS_RANKID": "5", "PALS_APID": "abc"}, Launch("pals", 5, None, "PALS_APID:abc", False)),
        (
            {"FLUX_TASK_RANK": "1", "FLUX_JOB_SIZE": "8", "FLUX_JOB_ID": "f2"},
            Launch("flux", 1, 8, "FLUX_JOB_ID:f2", False),
        ),
        (
            {"SLURM_PROCID": "1", "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2"},
            Launch("slurm", 1, 2, "slurm:7.0.0", False),
        ),
    ],
)
def test_the_innermost_launcher_counts(environment: dict[str, str], expected: Launch) -> None:
    assert detect_launch(environment) == expected
