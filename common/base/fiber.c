#include "base/fiber.h"

#include <assert.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/arena.h"

/* swapcontext() asks the kernel for the signal mask at every switch; where we know the processor,
 * a switch is a few instructions. */
#if defined(__x86_64__) && !defined(FIBER_UCONTEXT)
#define FIBER_X86_64
#else
#include <ucontext.h>
#endif

/* The sanitizers follow a switch of stacks only when they are told. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN
#endif
#if __has_feature(thread_sanitizer)
#define FIBER_TSAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FIBER_ASAN
#endif
#if defined(__SANITIZE_THREAD__)
#define FIBER_TSAN
#endif
#ifdef FIBER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef FIBER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#ifdef FIBER_ASAN
enum { STACK_BYTES = 4 * FIBER_STACK_BYTES }; /* Frames are larger there. */
#else
enum { STACK_BYTES = FIBER_STACK_BYTES };
#endif
enum { GUARD_BYTES = 4096, ALIGNMENT = 16 };

/* Stands at the top of its own mapping: guard, stack, this. */
struct fiber {
    struct fiber *next; /* Among those kept. */
    struct fiber_pool *pool;
    fiber_body *body;
    void *argument;
    bool running;
    bool ended;
#ifdef FIBER_X86_64
    void *stack_pointer;  /* Of the fiber while it is suspended … */
    void *caller_pointer; /* … and of its resumer while it runs. */
#else
    ucontext_t context;
    ucontext_t caller;
#endif
#ifdef FIBER_ASAN
    const void *caller_stack;
    size_t caller_stack_bytes;
#endif
#ifdef FIBER_TSAN
    void *tsan_fiber;
    void *tsan_caller;
#endif
};

static uint8_t *mapping_of(const struct fiber *fiber)
{
    uintptr_t top = (uintptr_t)fiber + sizeof *fiber;
    top = (top + GUARD_BYTES - 1) & ~(uintptr_t)(GUARD_BYTES - 1);
    return (uint8_t *)(top - STACK_BYTES - GUARD_BYTES);
}

/* ---- The switch ---- */

/* Where a fiber's stack begins: runs body after body, each time that the stack is used again. */
static void fiber_main(struct fiber *fiber);

#ifdef FIBER_X86_64

/* Keeps what the calling convention lets a function keep, and the two control words of floating
 * point; returns on the other stack. */
void fiber_switch(void **from, void *to);
void fiber_entry(void);
void fiber_begin(struct fiber *fiber);
__asm__(".text\n"
        ".globl fiber_switch\n"
        ".hidden fiber_switch\n"
        ".type fiber_switch,@function\n"
        "fiber_switch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    subq $8, %rsp\n"
        "    stmxcsr (%rsp)\n"
        "    fnstcw 4(%rsp)\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    ldmxcsr (%rsp)\n"
        "    fldcw 4(%rsp)\n"
        "    addq $8, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size fiber_switch,.-fiber_switch\n"
        /* The first switch arrives here, with the fiber in rbx. */
        ".globl fiber_entry\n"
        ".hidden fiber_entry\n"
        ".type fiber_entry,@function\n"
        "fiber_entry:\n"
        "    movq %rbx, %rdi\n"
        "    xorl %ebp, %ebp\n"
        "    call fiber_begin\n"
        "    ud2\n"
        ".size fiber_entry,.-fiber_entry\n");

__attribute__((used, visibility("hidden"))) void fiber_begin(struct fiber *fiber)
{
    fiber_main(fiber);
}

/* The stack as fiber_switch leaves one: control words, six registers, the address to return to. */
static bool stack_prepare(struct fiber *fiber)
{
    enum { CONTROL, R15, R14, R13, R12, RBX, RBP, RETURN, ALIGN, WORDS };
    static const uint64_t control_words = UINT64_C(0x037f) << 32 | 0x1f80; /* The defaults. */
    uint64_t *words = (uint64_t *)((uintptr_t)fiber & ~(uintptr_t)(ALIGNMENT - 1)) - WORDS;
    words -= (uintptr_t)&words[RETURN + 1] % ALIGNMENT / sizeof *words;
    for (size_t i = 0; i < WORDS; i++)
        words[i] = 0;
    words[CONTROL] = control_words;
    words[RBX] = (uintptr_t)fiber;
    words[RETURN] = (uintptr_t)fiber_entry;
    fiber->stack_pointer = words;
    return true;
}

static void switch_in(struct fiber *fiber)
{
    fiber_switch(&fiber->caller_pointer, fiber->stack_pointer);
}

static void switch_out(struct fiber *fiber)
{
    fiber_switch(&fiber->stack_pointer, fiber->caller_pointer);
}

#else

/* makecontext() passes ints. */
static void context_main(unsigned high, unsigned low)
{
    fiber_main((struct fiber *)((uintptr_t)high << 32 | low));
}

static bool stack_prepare(struct fiber *fiber)
{
    if (getcontext(&fiber->context) != 0) return false;
    uint8_t *stack = mapping_of(fiber) + GUARD_BYTES;
    fiber->context.uc_stack.ss_sp = stack;
    fiber->context.uc_stack.ss_size = (size_t)((uint8_t *)fiber - stack);
    fiber->context.uc_link = NULL;
    uint64_t address = (uintptr_t)fiber;
    makecontext(&fiber->context, (void (*)(void))context_main, 2, (unsigned)(address >> 32),
                (unsigned)address);
    return true;
}

static void switch_in(struct fiber *fiber)
{
    (void)swapcontext(&fiber->caller, &fiber->context);
}

static void switch_out(struct fiber *fiber)
{
    (void)swapcontext(&fiber->context, &fiber->caller);
}

#endif

/* ---- What the sanitizers are told ---- */

static void told_arrival(struct fiber *fiber, void *fake_stack)
{
#ifdef FIBER_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, &fiber->caller_stack, &fiber->caller_stack_bytes);
#else
    (void)fiber;
    (void)fake_stack;
#endif
}

/* Back to the resumer; returns with the next resume. */
static void leave(struct fiber *fiber)
{
    void *fake_stack = NULL;
    fiber->running = false;
#ifdef FIBER_ASAN
    __sanitizer_start_switch_fiber(fiber->ended ? NULL : &fake_stack, fiber->caller_stack,
                                   fiber->caller_stack_bytes);
#endif
#ifdef FIBER_TSAN
    __tsan_switch_to_fiber(fiber->tsan_caller, 0);
#endif
    switch_out(fiber);
    told_arrival(fiber, fake_stack);
}

static void fiber_main(struct fiber *fiber)
{
    told_arrival(fiber, NULL);
    for (;;) {
        fiber->body(fiber->argument);
        fiber->ended = true;
        leave(fiber);
    }
}

static void enter(struct fiber *fiber)
{
    fiber->running = true;
#ifdef FIBER_ASAN
    void *fake_stack = NULL;
    const uint8_t *stack = mapping_of(fiber) + GUARD_BYTES;
    __sanitizer_start_switch_fiber(&fake_stack, stack, (size_t)((const uint8_t *)fiber - stack));
#endif
#ifdef FIBER_TSAN
    fiber->tsan_caller = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber->tsan_fiber, 0);
#endif
    switch_in(fiber);
#ifdef FIBER_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
#endif
}

/* ---- Stacks ---- */

static struct fiber *stack_map(void)
{
    if (alloc_should_fail()) return NULL;
    uint8_t *mapping = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED) return NULL;
    struct fiber *fiber = (struct fiber *)(mapping + GUARD_BYTES + STACK_BYTES) - 1;
    fiber = (struct fiber *)((uintptr_t)fiber & ~(uintptr_t)(_Alignof(max_align_t) - 1));
    *fiber = (struct fiber){.next = NULL};
    if (mprotect(mapping, GUARD_BYTES, PROT_NONE) != 0 || !stack_prepare(fiber)) {
        (void)munmap(mapping, GUARD_BYTES + STACK_BYTES);
        return NULL;
    }
#ifdef FIBER_TSAN
    fiber->tsan_fiber = __tsan_create_fiber(0);
#endif
    return fiber;
}

static void stack_unmap(struct fiber *fiber)
{
    uint8_t *mapping = mapping_of(fiber);
#ifdef FIBER_TSAN
    __tsan_destroy_fiber(fiber->tsan_fiber);
#endif
#ifdef FIBER_ASAN
    __asan_unpoison_memory_region(mapping + GUARD_BYTES, STACK_BYTES);
#endif
    (void)munmap(mapping, GUARD_BYTES + STACK_BYTES);
}

void fiber_pool_init(struct fiber_pool *pool, size_t kept_max)
{
    *pool = (struct fiber_pool){.kept_max = kept_max};
}

void fiber_pool_free(struct fiber_pool *pool)
{
    while (pool->kept != NULL) {
        struct fiber *fiber = pool->kept;
        pool->kept = fiber->next;
        stack_unmap(fiber);
    }
    pool->kept_count = 0;
}

struct fiber *fiber_new(struct fiber_pool *pool, fiber_body *body, void *argument)
{
    struct fiber *fiber = pool->kept;
    if (fiber != NULL) {
        pool->kept = fiber->next;
        pool->kept_count--;
    } else {
        fiber = stack_map();
        if (fiber == NULL) return NULL;
    }
    fiber->next = NULL;
    fiber->pool = pool;
    fiber->body = body;
    fiber->argument = argument;
    fiber->ended = false;
    return fiber;
}

static void fiber_release(struct fiber *fiber)
{
    struct fiber_pool *pool = fiber->pool;
    if (pool->kept_count >= pool->kept_max) {
        stack_unmap(fiber);
        return;
    }
    fiber->next = pool->kept;
    pool->kept = fiber;
    pool->kept_count++;
}

bool fiber_resume(struct fiber *fiber)
{
    assert(!fiber->running && !fiber->ended);
    enter(fiber);
    if (!fiber->ended) return true;
    fiber_release(fiber);
    return false;
}

void fiber_suspend(struct fiber *fiber)
{
    assert(fiber->running);
    leave(fiber);
}
