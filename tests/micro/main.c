/* Decides about each window in the file `windows`, and writes the logits to `logits`; to `measured` the bytes of stack
 * that were used and the ticks of a clock of 25 MHz that a decision took at most. Files are the host's, by semihosting
 * (github.com/ARM-software/abi-aa). */
#include <stdint.h>

#include "student.h"

enum { OPEN = 0x01, WRITE = 0x05, READ = 0x06, EXIT = 0x20, READ_BINARY = 1, WRITE_BINARY = 5 };

extern uint32_t stack_top[], bss_end[];

static int ask_host(int operation, const void *arguments) {
  register int result __asm__("r0") = operation;
  register const void *rest __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xAB" : "+r"(result) : "r"(rest) : "memory");
  return result;
}

void leave(int code) {
  const uint32_t arguments[] = {0x20026, (uint32_t)code}; /* the program has ended by itself */
  ask_host(EXIT, arguments);
  for (;;) {
  }
}

static int open_file(const char *name, uint32_t length, uint32_t mode) {
  const uint32_t arguments[] = {(uint32_t)name, mode, length};
  return ask_host(OPEN, arguments);
}

/* The number of bytes that were not read or written. */
static int transfer(int operation, int file, void *bytes, uint32_t count) {
  const uint32_t arguments[] = {(uint32_t)file, (uint32_t)bytes, count};
  return ask_host(operation, arguments);
}

/* SysTick counts down from the largest number of 24 bits. */
#define TICK_CONTROL (*(volatile uint32_t *)0xE000E010)
#define TICK_RELOAD (*(volatile uint32_t *)0xE000E014)
#define TICK_NOW (*(volatile uint32_t *)0xE000E018)
enum { LONGEST = 0xFFFFFF, PAINT = 0x5AC3B7E1 };

static float window[STUDENT_CHANNELS * STUDENT_FRAMES], logit[STUDENT_CLASSES], probability[STUDENT_CLASSES];

/* Paints the stack that nobody uses yet. */
static void paint_stack(void) {
  uint32_t *to, *top;
  __asm__ volatile("mov %0, sp" : "=r"(top));
  for (to = bss_end; to < top; ++to) *to = PAINT;
}

static uint32_t used_stack(void) {
  const uint32_t *first = bss_end;
  while (first < stack_top && *first == PAINT) ++first;
  return (uint32_t)(stack_top - first) * sizeof(uint32_t);
}

int main(void) {
  const int windows = open_file("windows", 7, READ_BINARY), logits = open_file("logits", 6, WRITE_BINARY);
  const int results = open_file("measured", 8, WRITE_BINARY);
  uint32_t measured[] = {0, 0}; /* stack, ticks */
  if (windows < 0 || logits < 0 || results < 0) return 2;
  TICK_RELOAD = LONGEST;
  TICK_CONTROL = 5; /* on, by the processor's clock */
  paint_stack();
  while (transfer(READ, windows, window, sizeof(window)) == 0) {
    uint32_t ticks;
    int best;
    TICK_NOW = 0; /* any number: begins anew */
    best = student(window, probability);
    ticks = LONGEST - TICK_NOW;
    if (ticks > measured[1]) measured[1] = ticks;
    if (student_logits(window, logit) != best) return 5;
    if (transfer(WRITE, logits, logit, sizeof(logit)) != 0) return 3;
  }
  if (measured[1] == 0) return 6; /* no whole window was there */
  measured[0] = used_stack();
  return transfer(WRITE, results, measured, sizeof(measured)) == 0 ? 0 : 4;
}
