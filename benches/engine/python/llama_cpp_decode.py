"""Times llama.cpp on one thread: for a line with the tokens of a prompt and of an answer, prints the processor's seconds that the
answer took, token by token, after the prompt.

    python llama_cpp_decode.py model.gguf
"""

import ctypes
import sys
import time

import llama_cpp


def decode(context, tokens):
    array = (llama_cpp.llama_token * len(tokens))(*tokens)
    if llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(array, len(tokens))):
        raise SystemExit("llama.cpp cannot decode")


def main():
    silent = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    model = llama_cpp.llama_model_load_from_file(sys.argv[1].encode(), llama_cpp.llama_model_default_params())
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx, parameters.n_threads, parameters.n_threads_batch = 512, 1, 1
    context = llama_cpp.llama_init_from_model(model, parameters)
    print(llama_cpp.__version__, flush=True)
    for line in sys.stdin:
        prompt, answer = map(int, line.split())
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        decode(context, list(range(prompt)))
        started = time.process_time()
        for token in range(answer):
            decode(context, [token])
        print(time.process_time() - started, flush=True)


if __name__ == "__main__":
    main()
