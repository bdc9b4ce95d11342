"""From a surface to proposals: what might be given back, what to survey next, where the answer is *cannot say*."""
