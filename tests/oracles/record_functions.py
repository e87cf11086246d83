"""The oracle of activations, losses, regularizers, initializers, metrics, schedules and optimizers.

`python -m tests.oracles.record_functions` asks PyTorch and Keras again and keeps the answers in functions.npz.
"""

from functools import partial

from tests.oracles import function_questions as functions
from tests.oracles import optimizer_questions as optimizers
from tests.oracles.common import Oracle

ORACLE = Oracle(
    "functions",
    {
        **{
            f"activation/{case}": partial(functions.ask_activation, *what)
            for case, what in functions.ACTIVATIONS.items()
        },
        "activation/prelu": functions.ask_prelu,
        "activation/softmax_jacobian": functions.ask_softmax_jacobian,
        **{f"loss/{case}": partial(functions.ask_loss, case) for case in functions.LOSSES},
        **{
            f"regularizer/{case}": partial(functions.ask_regularizer, *what)
            for case, what in functions.REGULARIZERS.items()
        },
        "initializer/fans": functions.ask_fans,
        **{f"metric/{case}": partial(functions.ask_metric, case) for case in functions.METRICS},
        **{f"schedule/{case}": partial(optimizers.ask_schedule, *what) for case, what in optimizers.SCHEDULES.items()},
        **{
            f"optimizer/{case}": partial(optimizers.ask_optimizer, *what)
            for case, what in optimizers.OPTIMIZERS.items()
        },
        **{f"decay/{case}": partial(optimizers.ask_decay, *what) for case, what in optimizers.DECAYED.items()},
        **{
            f"torch/{case}": partial(optimizers.ask_torch_optimizer, *what[2:])
            for case, what in optimizers.TORCH_OPTIMIZERS.items()
        },
    },
)

if __name__ == "__main__":
    ORACLE.record()
