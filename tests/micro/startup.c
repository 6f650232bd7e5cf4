/* What a Cortex-M4F does before main: its vectors, the FPU, and the memory that C expects. */
#include <stdint.h>

extern uint32_t stack_top[], data_source[], data_begin[], data_end[], bss_begin[], bss_end[];
int main(void);
void leave(int code);

static void fault(void) { leave(1); }

void reset(void) {
  uint32_t *to;
  const uint32_t *from = data_source;
  *(volatile uint32_t *)0xE000ED88 |= 0xFU << 20; /* CPACR: the FPU may be used */
  for (to = data_begin; to < data_end; ++to) *to = *from++;
  for (to = bss_begin; to < bss_end; ++to) *to = 0;
  leave(main());
}

typedef void (*Handler)(void);
/* The beginning of the stack, reset, NMI, and the faults. */
__attribute__((section(".vectors"), used)) static const Handler vectors[] = {
    (Handler)(uintptr_t)stack_top, reset, fault, fault, fault, fault, fault};
