/**
 * Floor 1: the selector loop. One thread owns a loop and everything registered with it;
 * other threads reach it by submitting named commands. Knows nothing of requests.
 */
@NullMarked
package io.socketserver.loop;

import org.jspecify.annotations.NullMarked;
