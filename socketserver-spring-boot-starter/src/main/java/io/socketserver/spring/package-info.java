/**
 * What a Spring Boot application names: the handler annotation, the servers, events and
 * customizers.
 *
 * <p>
 * Beans that the starter looks for:
 * <ul>
 * <li>Classes with {@link io.socketserver.spring.RequestHandler}: the handlers, one
 * object per connection.
 * <li>{@link io.socketserver.request.MixIn}: laid over each server that properties
 * configure, in {@code @Order}, outside the strategy that {@code concurrency} asks for. A
 * mix-in may keep something of its server, so each server needs an object of its own:
 * with several servers declare the bean a prototype. One that is itself a strategy (a
 * {@link io.socketserver.mixin.ThreadUse}) takes the place of the default one, unless
 * {@code concurrency} is configured too.
 * <li>{@link io.socketserver.request.ServerListener}: told of what happens at every
 * server; one object for all.
 * <li>{@link io.socketserver.spring.SocketServerCustomizer}: changes servers that
 * properties configure before they are made.
 * <li>{@link io.socketserver.BaseServer}: a server the application has made itself. It
 * takes the place of the flat server, and of a configured one of its name, and starts and
 * stops as these do.
 * <li>{@link io.socketserver.spring.SocketServers}: takes the place of all of this; its
 * servers are started by the application.
 * </ul>
 */
@NullMarked
package io.socketserver.spring;

import org.jspecify.annotations.NullMarked;
