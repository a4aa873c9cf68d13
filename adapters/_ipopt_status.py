"""Ipopt's return codes as :class:`asdopt.Status` and a sentence each."""

from __future__ import annotations

from asdopt._solution import Status

__all__ = ["RETURN_CODES", "read_code"]

# Code -> status, Ipopt's name of it, and what it means. The names and codes are those of
# ApplicationReturnStatus in Ipopt's IpReturnCodes_inc.h.
RETURN_CODES: dict[int, tuple[Status, str, str]] = {
    0: (Status.OPTIMAL, "Solve_Succeeded", "converged to the requested tolerance"),
    1: (
        Status.ACCEPTABLE,
        "Solved_To_Acceptable_Level",
        "converged to the acceptable tolerances (acceptable_tol and its kin), not to tol",
    ),
    2: (
        Status.INFEASIBLE,
        "Infeasible_Problem_Detected",
        "converged to a point of local infeasibility",
    ),
    3: (
        Status.SMALL_STEP,
        "Search_Direction_Becomes_Too_Small",
        "the search direction became too small",
    ),
    4: (
        Status.UNBOUNDED,
        "Diverging_Iterates",
        "an iterate exceeded diverging_iterates_tol",
    ),
    5: (Status.STOPPED, "User_Requested_Stop", "stopped by the callback"),
    6: (Status.FEASIBLE, "Feasible_Point_Found", "found a feasible point of a square problem"),
    -1: (Status.ITERATION_LIMIT, "Maximum_Iterations_Exceeded", "reached max_iter"),
    -2: (
        Status.FAILED,
        "Restoration_Failed",
        "the restoration phase could not reduce the violation of the constraints; the problem may "
        "be infeasible or badly scaled, or x0 far off",
    ),
    -3: (
        Status.FAILED,
        "Error_In_Step_Computation",
        "no search direction could be computed; the linear system may be singular: look at "
        "scaling and redundant constraints",
    ),
    -4: (Status.TIME_LIMIT, "Maximum_CpuTime_Exceeded", "reached max_cpu_time"),
    -5: (Status.TIME_LIMIT, "Maximum_WallTime_Exceeded", "reached the time limit"),
    -10: (
        Status.INVALID,
        "Not_Enough_Degrees_Of_Freedom",
        "there are more equality constraints than free variables; remove redundant equations or "
        "free variables that are fixed by equal bounds",
    ),
    -11: (
        Status.INVALID,
        "Invalid_Problem_Definition",
        "the problem is not valid for Ipopt; look for contradicting bounds",
    ),
    -12: (
        Status.INVALID,
        "Invalid_Option",
        "an option is not valid, or names a linear solver whose library was not found: wheels "
        "bring mumps, that of casadi spral too; for those of HSL (ma27, ...) give the path of "
        "libhsl as the option hsllib",
    ),
    -13: (
        Status.EVALUATION_ERROR,
        "Invalid_Number_Detected",
        "a function or derivative was not finite and no shorter step avoided it",
    ),
    -100: (Status.FAILED, "Unrecoverable_Exception", "Ipopt raised an exception"),
    -101: (
        Status.FAILED,
        "NonIpopt_Exception_Thrown",
        "an exception from outside of Ipopt, such as its linear solver, ended the solve",
    ),
    -102: (
        Status.FAILED,
        "Insufficient_Memory",
        "not enough memory; for MUMPS raise mumps_mem_percent, or try another linear_solver",
    ),
    -199: (Status.FAILED, "Internal_Error", "an internal error of Ipopt"),
}


def read_code(code: int) -> tuple[Status, str]:
    """Return the status and the message of a return code.

    Examples
    --------
    >>> read_code(6)[1]
    'Feasible_Point_Found: found a feasible point of a square problem'
    """
    status, name, meaning = RETURN_CODES.get(
        code, (Status.FAILED, f"return code {code}", "not known to asdopt")
    )
    return status, f"{name}: {meaning}"
