/**
 * Servers to compare, one a file, each as its own documentation would write it.
 */
@NullMarked
package io.socketserver.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
