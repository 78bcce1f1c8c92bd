/**
 * What Linux tells of a process.
 */
@NullMarked
package io.socketserver.benchmarks.proc;

import org.jspecify.annotations.NullMarked;
