/**
 * The load: one thread, a closed loop, every answer verified.
 */
@NullMarked
package io.socketserver.benchmarks.load;

import org.jspecify.annotations.NullMarked;
