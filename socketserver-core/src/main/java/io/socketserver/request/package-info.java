/**
 * Floor 2: the life of one request. A request is what the socket hands over; the
 * {@link io.socketserver.request.RequestCycle} is the sentence of hooks it passes
 * through; a {@link io.socketserver.request.MixIn} overrides any of them; a
 * {@link io.socketserver.request.RequestHandler} does the user's work.
 */
@NullMarked
package io.socketserver.request;

import org.jspecify.annotations.NullMarked;
