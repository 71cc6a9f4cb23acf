"""Papers: what stands on them, their numbers, layout (GB/T 9704), signature and distribution."""
