package io.socketserver.spring.autoconfigure;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A fresh bean per request, destroyed when the request has ended. May be called from any
 * thread.
 */
final class BeanHandlerFactory implements RequestHandlerFactory {

	private final ConfigurableBeanFactory beanFactory;

	private final String beanName;

	BeanHandlerFactory(ConfigurableBeanFactory beanFactory, String beanName) {
		this.beanFactory = beanFactory;
		this.beanName = beanName;
	}

	@Override
	public RequestHandler newHandler() {
		return this.beanFactory.getBean(this.beanName, RequestHandler.class);
	}

	@Override
	public void release(RequestHandler handler) {
		destroy(this.beanFactory, this.beanName, handler);
	}

	/**
	 * Destroys the object itself: a proxy around it has no state to give back.
	 */
	static void destroy(ConfigurableBeanFactory beanFactory, String beanName, Object handler) {
		Object bean = handler;
		for (Object target = bean; target != null; target = AopProxyUtils.getSingletonTarget(target)) {
			bean = target;
		}
		beanFactory.destroyBean(beanName, bean);
	}

	@Override
	public String toString() {
		return "bean '" + this.beanName + "'";
	}

}
