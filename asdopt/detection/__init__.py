"""Detection: a tape enters, the sparsity pattern of its Jacobian or Hessian leaves."""
