"""What people say of the tags: the queue, the desk, marks on a call, and what is learnt from them."""
