// An accelerator is used from one thread.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
