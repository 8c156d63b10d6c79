"""Reports: pictures and TensorBoard events of a run, and the page of an evaluation; training does not need them."""
