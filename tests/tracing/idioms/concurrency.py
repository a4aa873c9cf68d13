"""Coroutines and executors."""

import asyncio
import concurrent.futures
import math


def use_async(x):

    async def f(v):
        return math.sin(v)

    async def g():
        r = await asyncio.gather(*(f(v) for v in x))
        return sum(r)

    return asyncio.run(g())


def use_async_gen(x):

    async def ag():
        for v in x:
            yield math.exp(v)

    async def g():
        return [v async for v in ag()]

    return asyncio.run(g())


def use_pool(x):
    with concurrent.futures.ThreadPoolExecutor(2) as ex:
        return list(ex.map(math.sin, x))


def use_pool_submit(x):
    with concurrent.futures.ThreadPoolExecutor(2) as ex:
        return [ex.submit(lambda v: v**2, v).result() for v in x]
