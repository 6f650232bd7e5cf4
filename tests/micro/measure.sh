#!/usr/bin/env bash
# Builds a student that `pskd export --format c --out student.c` wrote for a Cortex-M4F, computes windows on QEMU's board
# mps2-an386, and prints what that takes: bytes of flash, of static memory and of stack, and instructions for a window.
#
#   tests/micro/measure.sh FOLDER    with student.c and student.h; windows: float32 [N, channels, frames] (absent: zeros)
#
# Writes FOLDER/logits, float32 [N, classes]. QEMU counts instructions, not cycles: it says nothing of wait states.
set -euo pipefail

harness=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cd "$1"
[[ -e windows ]] || head -c 20000 /dev/zero > windows
arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -O2 -std=c99 -Wall -Wextra -Wpedantic -Werror \
  -nostartfiles -T "$harness/mps2.ld" -I. "$harness/startup.c" "$harness/main.c" \
  student.c -lm -o student.elf
rm -f logits measured
# An instruction takes a nanosecond of the board's time, in which SysTick counts at 25 MHz: 40 to a tick.
timeout 300 qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none -semihosting -icount shift=0 -kernel student.elf
read -r text data bss _ < <(arm-none-eabi-size student.elf | tail -1)
read -r stack ticks < <(od -An -t u4 measured)
echo "flash $((text + data))"
echo "static $((data + bss))"
echo "stack $stack"
echo "instructions $((40 * ticks))"
